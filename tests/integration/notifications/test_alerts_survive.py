"""Steps outlive the processes and the database that they were waiting in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.notifications.alerts_in_use import Case, Notifications, of
from tests.integration.notifications.conftest import SHORT
from tests.support import published, until
from tests.support.stack import Stack


@pytest.fixture
def stack_of_its_own(broker: Any, own_mongo: Any, keys: Any, tmp_path: Path) -> Any:
    made = Stack(broker, own_mongo, keys, tmp_path)
    yield made
    made.end()


def levels(said: Any, case: Case) -> list[int]:
    return sorted(
        each["data"]["level"] for each in of(said, case) if each["type"] == "alert_escalated"
    )


def test_a_process_that_is_killed_leaves_its_steps_to_the_next(
    stack_of_its_own: Stack, broker: Any, own_mongo: Any, tokens: Any
) -> None:
    case, waits = Case(), {**SHORT, "ALERT_STEP_AFTER_S": "2"}
    with published(broker, "notifications.events") as said:
        url = stack_of_its_own.start("notifications", **waits)
        Notifications(broker, own_mongo, tokens, url).raised(case)
        stack_of_its_own.kill("notifications")
        stack_of_its_own.start("notifications", **waits)
        until(lambda: 3 in levels(said, case), within=30)


def test_a_database_that_was_away_costs_no_step(
    stack_of_its_own: Stack, broker: Any, own_mongo: Any, tokens: Any
) -> None:
    before, during = Case(), Case()
    with published(broker, "notifications.events") as said:
        url = stack_of_its_own.start("notifications", **SHORT)
        notifications = Notifications(broker, own_mongo, tokens, url)
        notifications.raised(before)
        own_mongo.kill()
        notifications.assess(during)
        own_mongo.start()
        until(lambda: 3 in levels(said, before), within=60)
        until(lambda: 3 in levels(said, during), within=60)
