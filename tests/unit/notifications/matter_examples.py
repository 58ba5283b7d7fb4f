"""Examples for the tests of matters: a case, what is heard of it, and a clock that looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from services.chassis.ids import derived_id
from services.notifications.domain.escalation import Kind
from services.notifications.domain.matters import CaseMatters, Decision, Referral
from services.notifications.domain.model import Alert
from services.notifications.usecases import matters
from tests.unit.notifications.alert_examples import (
    CASE,
    DAY,
    START,
    Register,
    Shelf,
    no_rota,
    policy_of,
)

WAIT, SECOND = DAY, timedelta(seconds=1)
BARE = CaseMatters(case_id=CASE, reference="C-7F3K-9QX2", area="london-rbkc")
TakeIn = Callable[[CaseMatters], CaseMatters]


class Cupboard:
    """Keeps what one case waits for, as a repository would."""

    def __init__(self) -> None:
        self.kept = BARE
        self.before_telling: Callable[[], None] = lambda: None

    def load(self, _key: str) -> CaseMatters:
        return self.kept

    def change(self, _key: str, decide: Callable[[CaseMatters], Decision]) -> CaseMatters:
        self.before_telling()
        self.kept, _ = decide(self.kept)
        return self.kept

    def open_or_change(
        self, _fresh: Decision, decide: Callable[[CaseMatters], Decision]
    ) -> CaseMatters:
        self.kept, _ = decide(self.kept)
        return self.kept


class Story:
    """One case: what is heard of it, and a clock that looks when it is told to."""

    def __init__(self) -> None:
        self.cupboard, self.shelf, self.register = Cupboard(), Shelf(), Register()

    def hears(self, take_in: TakeIn, at: datetime = START, by: str = "maya") -> None:
        matters.hear(self.cupboard, self.shelf, BARE, take_in, wait=WAIT, by=by, at=at)

    def looks(self, at: datetime) -> None:
        ways = matters.Ways(
            self.shelf,
            self.register,
            policy_of,
            no_rota,
            derived_id,
            lambda: f"A-{len(self.shelf.kept)}",
        )
        matters.tell_due(self.cupboard, ways, CASE, at=at)

    def alerts(self, kind: Kind, *, is_open: bool | None = None) -> list[Alert]:
        found = [alert for alert in self.shelf.kept.values() if alert.kind is kind]
        return [alert for alert in found if is_open in (None, alert.is_open)]


def referral(
    status: str = "submitted", seq: int = 1, since: datetime = START, **more: Any
) -> TakeIn:
    known = {"id": "referral-1", "reference": "R-7F3K-9QX2", "area": "cluj", **more}
    return lambda case: case.referred(Referral(**known, status=status, seq=seq, since=since))


def assessed(number: int = 1, review_at: datetime = START + 7 * DAY, band: str = "high") -> TakeIn:
    return lambda case: case.assessed(number, band, review_at)


def held(order: int = 1) -> TakeIn:
    return lambda case: case.held(order, "london-rbkc")


def closed(order: int = 2, at: datetime = START) -> TakeIn:
    return lambda case: case.closed(order, at)
