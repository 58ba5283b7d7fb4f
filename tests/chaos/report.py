"""What a run comes to: counts and times, and one line of JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import quantiles
from typing import Self

from services.chassis.ids import derived_id
from tests.chaos.books import Books
from tests.chaos.ledger import Entry
from tests.chaos.violations import Violation, Wrong, of

A_SECOND = 1.0


@dataclass(frozen=True, slots=True)
class Report:
    """The figures of a run; times of alerts are from sending a referral to an open inbox."""

    accepted: int
    lost: int
    duplicated: int
    stuck: int
    faults: int
    max_recovery_s: float
    alert_p99_ms: float
    alert_p50_ms: float
    alerts: int
    sessions: int
    acknowledged: int
    dead_letters: int
    seed: int

    @classmethod
    def of(
        cls,
        ledger: Sequence[Entry],
        books: Books,
        found: Sequence[Violation],
        *,
        seed: int,
        faults: int,
        max_recovery_s: float,
    ) -> Self:
        """Count."""
        wrong = Counter(violation.wrong for violation in found)
        times = sorted(latencies_ms(ledger, books))
        return cls(
            accepted=len(of(ledger, "referral")),
            lost=wrong[Wrong.LOST],
            duplicated=wrong[Wrong.DUPLICATED],
            stuck=wrong[Wrong.STUCK],
            faults=faults,
            max_recovery_s=round(max_recovery_s, 1),
            alert_p99_ms=quantile(times, 99),
            alert_p50_ms=quantile(times, 50),
            alerts=len(books.alerts),
            sessions=len(of(ledger, "session")),
            acknowledged=len(of(ledger, "acknowledgement")),
            dead_letters=len(books.dead_letters),
            seed=seed,
        )

    @property
    def is_clean(self) -> bool:
        """Was every promise kept?"""
        return not (self.lost or self.duplicated or self.stuck)

    def as_json(self) -> str:
        """Return it on one line."""
        return json.dumps(asdict(self))


def latencies_ms(ledger: Sequence[Entry], books: Books) -> Iterator[float]:
    """Yield how long referrals took to an open inbox, of those sent while all was well.

    All is well from the recovery of a fault until shortly before the next: what was sent then and
    shown late counts as late, for no fault can have been the cause within the first second.
    """
    sent_at = {entry["reference"]: entry["sent_at"] for entry in of(ledger, "referral")}
    reference_of = {each["_id"]: each["reference"] for each in books.referrals}
    source_of = {
        derived_id("alert", made["id"]): made["source"]["id"]
        for profile in books.profiles
        for made in profile["assessments"]
    }
    shown = {e["alert"]: e["shown_at"] for e in of(ledger, "shown") if e["what"] == "alert_raised"}
    well = list(_well(ledger))
    for alert in books.alerts:
        since = sent_at.get(reference_of.get(source_of.get(alert["_id"], ""), ""))
        until = shown.get(alert["reference"])
        if since and until and any(a <= since <= b - A_SECOND for a, b in well):
            yield (until - since) * 1000


def quantile(sorted_ms: Sequence[float], percent: int) -> float:
    """Return a quantile of some milliseconds; 0 where there are none."""
    if len(sorted_ms) < 2:
        return round(sum(sorted_ms), 1)
    return round(quantiles(sorted_ms, n=100, method="inclusive")[percent - 1], 1)


def _well(ledger: Sequence[Entry]) -> Iterator[tuple[float, float]]:
    """Yield spans of time without a fault, as seconds since 1970."""
    since: float | None = None
    for entry in of(ledger, "recovered", "fault"):
        if entry["kind"] == "recovered":
            since = entry["at"] if since is None else since
        elif since is not None:
            yield since, entry["at"]
            since = None
    if since is not None:
        yield since, float("inf")
