"""A drill goes the whole way of an alert; when anything on the way is dead, its age grows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.faults.drills import EVERY_S, ON_THE_WAY, Drills
from tests.integration.portal.door import Portal, inbox, open_portal
from tests.support import until
from tests.support.stack import Stack

OF_STAFF = {"notifications": {"responders", "key_vault"}}  # the portal tells of them, by its clock


@pytest.fixture(scope="module")
def drills(stack: Stack, mongo: Any) -> Drills:
    """All that a drill passes through, with a drill a second."""
    made = Drills(stack, mongo)
    made.start(*ON_THE_WAY)
    return made


@pytest.fixture(scope="module")
def portal(drills: Drills, mongo: Any) -> Portal:
    """The portal, where drills end."""
    drills.stack.environment = drills.environment
    return open_portal(drills.stack, mongo)


def test_it_comes_back_within_a_moment_and_to_where_people_would_see_it(
    drills: Drills, portal: Portal
) -> None:
    del portal
    drills.succeed(3)
    assert drills.age() < 3 * EVERY_S
    until(lambda: drills.age("portal") < 3 * EVERY_S)
    assert drills.document()["took_s"] < 1


def test_it_is_one_document_in_each_service_and_nothing_anywhere_else(drills: Drills) -> None:
    drills.succeed(2)
    for service in ON_THE_WAY:
        database = drills.mongo.database(service)
        kept = {name for name in database.list_collection_names() if database[name].find_one()}
        assert kept - OF_STAFF.get(service, set()) == {"drills"}, service
        assert len(drills.document(service)["outbox"]) <= 2


def test_nobody_is_shown_it(drills: Drills, portal: Portal) -> None:
    web = portal.signed_in("mo")
    with inbox(web) as opened:
        drills.succeed(2)
        assert {event["event"] for event in opened.events if "event" in event} <= {"ping"}
    for path in ("/api/v1/alerts", "/api/v1/referrals"):
        assert web.get(path).json()["items"] == []


@pytest.mark.parametrize("dead", ["risk", "notifications"])
def test_while_a_service_on_the_way_is_dead_its_age_grows_and_then_it_recovers(
    dead: str, drills: Drills
) -> None:
    """What the dead one had handled and not yet answered is said again after half a minute."""
    drills.succeed()
    drills.stack.kill(dead)
    drills.fall_silent()
    assert len(drills.document()["outbox"]) <= 2
    drills.start(dead)
    until(lambda: drills.age() < 2 * EVERY_S, 60)


@pytest.mark.parametrize(
    "queue", ["risk.drill_begun.v1", "notifications.drill_assessed.v1", "referrals.drill_raised.v1"]
)
def test_it_goes_on_after_a_queue_on_its_way_was_deleted(
    queue: str, drills: Drills, broker: Any
) -> None:
    """What was in the queue is said again after half a minute, and the drill waits for it."""
    drills.succeed()
    broker.control("delete_queue", queue)
    drills.succeed(3, within=60)


def test_a_restart_does_not_make_silence_young(drills: Drills) -> None:
    drills.succeed()
    drills.stack.kill("risk")
    drills.fall_silent()
    drills.stack.kill("referrals")
    drills.start("referrals")
    assert until(lambda: drills.age() > 3 * EVERY_S)
    drills.start("risk")
    until(lambda: drills.age() < 2 * EVERY_S, 20)


def test_of_two_replicas_one_begins_each_drill(drills: Drills) -> None:
    drills.stack.start("referrals", "worker", **drills.environment)
    drills.succeed()
    number = drills.document()["number"]
    begun = [drills.count("begun", name) for name in ("referrals", "referrals-worker")]
    drills.succeed(3)
    more = [drills.count("begun", name) for name in ("referrals", "referrals-worker")]
    new = sum(more) - sum(begun)
    assert 2 <= new <= drills.document()["number"] - number + 1
    drills.stack.kill("referrals-worker")


def test_a_process_that_only_answers_requests_shows_no_age(drills: Drills) -> None:
    drills.stack.start("referrals", "api", **drills.environment)
    with pytest.raises(AssertionError):
        drills.age("referrals-api")
    drills.stack.kill("referrals-api")


def test_one_that_is_not_scored_high_has_failed(drills: Drills, tmp_path: Path) -> None:
    figures = {"version": "drill-2026.1", "threshold": 24}
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"drill": figures}), encoding="utf-8")
    drills.stack.kill("risk")
    drills.stack.start("risk", RISK_RULESETS_FILE=str(rules))
    until(lambda: drills.count("failed") >= 2, 20)
    until(lambda: drills.age() > 3 * EVERY_S, 20)
