"""How long is waited for hearers of an event before it is said again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.chassis.messaging import unheard as unheard_module
from services.chassis.messaging.answers import Answer, Place
from services.chassis.messaging.outbox import Entry, Outbox
from services.chassis.messaging.unheard import SAY_AGAIN_FROM, SAY_AGAIN_TO, Unheard

KEY = "case_closed.v1"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
RISK, REFERRALS = f"risk.{KEY}", f"referrals.{KEY}"


@pytest.mark.parametrize(
    ("heard_by", "full", "patience"),
    [
        ([], {RISK, REFERRALS}, SAY_AGAIN_TO),
        (["risk"], {REFERRALS}, SAY_AGAIN_TO),
        ([], {REFERRALS}, SAY_AGAIN_FROM),
        (["risk"], {RISK}, SAY_AGAIN_FROM),
        ([], {"risk.session_recorded.v1"}, SAY_AGAIN_FROM),
        ([], set(), SAY_AGAIN_FROM),
    ],
)
def test_what_stands_behind_much_with_everyone_who_has_not_heard_it_has_time(
    heard_by: list[str], full: set[str], patience: timedelta
) -> None:
    outbox: Any = Outbox.__new__(Outbox)
    unheard = Unheard({KEY: frozenset({"risk", "referrals"})})
    unheard.say(outbox, Entry("a", 1, "event-1", KEY, "{}", NOON), at=0.0)
    for hearer in heard_by:
        unheard.hear(outbox, Place("sessions", "a", 1), Answer(hearer, KEY, ()), at=0.5)
    ((said,),) = unheard.late(1.0, NOON, full).values()
    assert said.due == NOON + patience


def test_what_some_have_heard_is_kept_while_the_others_are_far_behind() -> None:
    outbox: Any = Outbox.__new__(Outbox)
    unheard = Unheard({KEY: frozenset({"risk", "referrals"})})
    place = Place("sessions", "a", 1)
    unheard.hear(outbox, place, Answer("risk", KEY, ()), at=0.5)
    assert not unheard.heard_apart(1.0, {REFERRALS})
    ((hearing,),) = unheard.heard_apart(1.0, {RISK}).values()
    assert (hearing.by, hearing.all) == ({"risk"}, {"risk", "referrals"})
    unheard.hear(outbox, place, Answer("referrals", KEY, ()), at=2.0)
    assert unheard.told() == {outbox: {"a": {1}}}


def test_not_everything_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unheard_module, "KEPT", 3)
    outbox: Any = Outbox.__new__(Outbox)
    unheard = Unheard({KEY: frozenset({"risk", "referrals"})})
    for number in range(3):
        place = Place("sessions", f"case-{number}", 1)
        unheard.hear(outbox, place, Answer("risk", KEY, ()), at=0.5)
    assert len(unheard.heard_apart(1.0, {REFERRALS})[outbox]) == 3
