"""A database that is away for longer than the retry ladder lasts costs no message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.chassis.ids import new_id, new_reference
from tests.integration.risk.said import Case
from tests.support import published, until
from tests.support.bus import ready
from tests.support.stack import Stack

USED_UP = {"x-attempt": 5}


@pytest.fixture
def stack_of_its_own(broker: Any, own_mongo: Any, keys: Any, tmp_path: Path) -> Any:
    made = Stack(broker, own_mongo, keys, tmp_path)
    yield made
    made.end()


def test_what_was_on_its_last_attempt_is_assessed_once_the_database_is_back(
    stack_of_its_own: Stack, broker: Any, own_mongo: Any
) -> None:
    case = Case(broker)
    about = {"referral_id": new_id(), "referral_reference": new_reference("R")}
    with published(broker, "risk.events") as heard:
        stack_of_its_own.start("risk")
        own_mongo.kill()
        case.say("referral_submitted", "referrals", USED_UP, **about)
        until(lambda: "handler_failed" in stack_of_its_own.log("risk"), within=30)
        own_mongo.start()
        case.assessed(heard, within=60)
    assert ready(broker, "risk.dead-letters") == 0
