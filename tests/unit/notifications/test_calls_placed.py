"""What a process remembers of the notices that it has sent, until that is noted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace

import pytest

from services.notifications.domain.model import Alert
from services.notifications.timers.calls import Calls, Placed
from tests.unit.notifications.alert_examples import START, raised
from tests.unit.notifications.test_notices import notices

LATER = START + timedelta(minutes=1)


@dataclass
class Board:
    """A switchboard that remembers which alerts were passed on."""

    passed_on: list[str] = field(default_factory=list)

    def callees(self, _: Alert) -> list[object]:
        return []

    def place(self, *_: object, **__: object) -> list[object]:
        return []

    def reaches_any(self, _: object) -> bool:
        return True

    def pass_on(self, alert: Alert) -> None:
        self.passed_on.append(alert.id)


def test_a_notice_that_was_sent_is_not_sent_again_before_that_is_noted() -> None:
    placed, bundle = Placed(), tuple(notices())
    placed.unnoted[bundle[0].id] = bundle[0].alert_id
    with placed.sending(bundle) as free:
        assert free == bundle[1:]
        with placed.sending(bundle) as free_beside:
            assert free_beside == ()


@pytest.mark.parametrize(("unnoted", "passed_on"), [({}, ["alert-1"]), ({"n1": "alert-1"}, [])])
def test_a_call_that_has_reached_somebody_is_not_passed_on(
    unnoted: dict[str, str | None], passed_on: list[str]
) -> None:
    calls, board = Calls(), Board()
    calls.parts = SimpleNamespace(placed=Placed(), switchboard=lambda: board)
    calls.parts.placed.unnoted |= unnoted
    calls.place_lost_calls([raised()], LATER)
    assert board.passed_on == passed_on
