"""People and the clock at the same moment: each alert has one story, and it stops when taken on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.notifications.alerts_in_use import ANA, Case, Notifications, of
from tests.support import Published, until
from tests.support.stack import Stack

PAIRS = 100
STEPPING = {"ALERT_STEP_AFTER_S": "1", "ALERT_REPEAT_EVERY_S": "1"}


@pytest.fixture(scope="module")
def stepping(stack: Stack, broker: Any, mongo: Any, tokens: Any, heard: None) -> Notifications:
    """The service in two replicas, whose alerts take a step each second until they are taken on."""
    del heard
    url = stack.start("notifications", **STEPPING)
    stack.start("notifications", "worker", **STEPPING)
    return Notifications(broker, mongo, tokens, url)


def raised_at_once(stepping: Notifications, cases: list[Case]) -> list[dict[str, Any]]:
    """Return the alerts of cases that were all assessed before the first step of any was due."""
    for case in cases:
        stepping.assess(case)
    stored = stepping.mongo.database("notifications").notifications
    query = {"case_id": {"$in": [case.id for case in cases]}}
    until(lambda: stored.count_documents(query) == len(cases), within=20)
    return list(stored.find(query))


def story(said: Published, case: Case) -> list[str]:
    """Return the types of what was said of a case, in order; said again is said once."""
    return [kind for _, kind in sorted({(e["seq"], e["type"]) for e in of(said, case)})]


def test_of_a_hundred_acknowledgements_at_the_moment_of_a_step_none_is_followed_by_one(
    stepping: Notifications,
) -> None:
    cases, marker = [Case() for _ in range(PAIRS)], Case()
    with stepping.listening() as said:
        alerts = raised_at_once(stepping, cases)
        with ThreadPoolExecutor(20) as people:
            answers = list(people.map(lambda a: stepping.act(a, "acknowledgements", ANA), alerts))
        later = stepping.raised(marker)
        until(lambda: stepping.read(later)["level"] == 3, within=20)
    assert {answer.status_code for answer in answers} <= {200, 201}
    stories = [story(said, case) for case in cases]
    assert any("alert_escalated" in told for told in stories)
    for told in stories:
        assert (told[0], told[-1]) == ("alert_raised", "alert_acknowledged")
        assert set(told[1:-1]) <= {"alert_escalated"}
    for alert in alerts:
        now = stepping.read(alert, ANA)
        assert (now["state"], now["responder_id"]) == ("acknowledged", "ana")
        assert now["history"][-1]["what"] == "acknowledged"
