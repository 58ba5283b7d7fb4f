"""What is noted of a notice that a provider has taken, which may be a moment later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.ids import derived_id
from services.notifications.domain.course import State
from services.notifications.domain.escalation import NO_ROTA
from services.notifications.domain.model import Alert
from services.notifications.domain.notices import ANSWER_WITHIN, Notice, Stage
from services.notifications.domain.responders import Channel
from services.notifications.usecases.calling import Switchboard
from services.notifications.usecases.dispatch import About, Dispatch, Sent
from tests.unit.notifications.alert_examples import START, STEP, Shelf, lapsed, raised
from tests.unit.notifications.test_notices import notices


@dataclass
class Told:
    """Keeps one notice in memory."""

    kept: Notice

    def change(self, key: str, decide: Callable[[Notice], Any]) -> Notice:
        assert key == self.kept.id
        self.kept, _ = decide(self.kept)
        return self.kept


def noted(alert: Alert, meanwhile: Callable[[Alert], Any]) -> tuple[Alert, Notice]:
    """Send the first notice of an alert, let something happen, and note that it was sent."""
    notice, *_ = notices(of=alert)
    alerts, told = Shelf(), Told(notice)
    alerts.create(alert, ())
    alerts.change(alert.id, meanwhile)
    parts: Any = (alerts, None, Channel, lambda *_: NO_ROTA, derived_id, lambda: START)
    kept: Any = told
    dispatch = Dispatch(kept, Switchboard(kept, *parts), lambda *_: None)
    dispatch.note(Sent(About(notice, alert), "provider-1", START))
    return alerts.load(alert.id), told.kept


def test_a_call_that_was_sent_is_delivered() -> None:
    alert, notice = noted(raised(), lambda now: (now, ()))
    assert (alert.state, notice.stage, notice.sent_at) == (State.DELIVERED, Stage.SENT, START)


def test_that_a_call_was_sent_is_on_record_though_it_has_been_answered() -> None:
    alert, notice = noted(raised(), lambda now: now.acknowledge(by="ana", at=START + STEP))
    assert alert.state is State.ACKNOWLEDGED
    assert [each.person_id for each in alert.deliveries] == [notice.person_id]


def test_that_a_call_was_sent_tells_nothing_of_whom_a_later_one_reaches() -> None:
    alert, notice = noted(raised(), lambda now: now.advance(at=START + STEP))
    assert (alert.state, alert.level) == (State.RAISED, 1)
    assert notice.stage is Stage.SENT


@pytest.mark.parametrize(
    ("alert", "attempts", "took_s", "may_wait"),
    [
        (raised(), 0, 1, True),
        (raised(), 0, 2, False),
        (raised(), 1, 1, False),
        (raised(lapsed()), 0, 1, False),
    ],
)
def test_only_what_nobody_goes_by_yet_is_noted_later(
    alert: Alert, attempts: int, took_s: int, may_wait: bool
) -> None:
    notice = replace(notices(of=alert)[0], attempts=attempts, due_at=START + ANSWER_WITHIN)
    sent = Sent(About(notice, alert), None, START + timedelta(seconds=took_s))
    assert sent.may_wait is may_wait
