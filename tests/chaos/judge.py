"""The judge: the ledger of what was promised, held against the books of what is there."""

from __future__ import annotations

from collections.abc import Sequence

from tests.chaos.books import Books
from tests.chaos.ledger import Entry
from tests.chaos.promises import alerts, cases, remains, sessions
from tests.chaos.violations import Promise, Violation

PROMISES: tuple[Promise, ...] = (
    *cases.PROMISES,
    *sessions.PROMISES,
    *alerts.PROMISES,
    *remains.PROMISES,
)


def judge(ledger: Sequence[Entry], books: Books) -> list[Violation]:
    """Return every violation there is; none means that every promise was kept."""
    return sorted({one for promise in PROMISES for one in promise(ledger, books)})
