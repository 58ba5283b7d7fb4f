"""What a process remembers of its events between the bus and their hearers."""

from __future__ import annotations

from typing import Any

from services.chassis.messaging.answers import Answer, Place
from services.chassis.messaging.outbox import Outbox
from services.chassis.messaging.unheard import Unheard

KEY = "case_closed.v1"


def test_what_left_with_a_change_while_it_was_handed_over_is_no_fault() -> None:
    outbox: Any = Outbox.__new__(Outbox)
    unheard = Unheard({KEY: frozenset({"risk", "referrals"})})
    unheard.hear(outbox, Place("sessions", "a", 1), Answer("risk", KEY, ()), at=0.5)
    handed_over = unheard.heard_apart(before=1.0)
    unheard.forget_told(outbox, {"a": [1]})
    for of, hearings in handed_over.items():
        unheard.forget_apart(of, hearings)
    assert not unheard.heard_apart(before=1.0)
