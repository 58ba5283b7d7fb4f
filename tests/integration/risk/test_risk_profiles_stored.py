"""Risk profiles in the real database: there and back, and how often it is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.monitoring import CommandListener

from services.chassis.context import fresh_context
from services.chassis.crypto import Sealed
from services.risk import usecases
from services.risk.announcements import announce
from services.risk.domain.ruleset import Band
from services.risk.repository import RiskProfiles
from tests.integration.chassis.things import runtime
from tests.unit.risk.profile_examples import (
    BOOK,
    CALM,
    DAY,
    NOON,
    all_but,
    correction,
    judged,
    referral,
    session,
)

NO_BUS = "amqp://nobody:nothing@127.0.0.1:1/none"
OURS = {"insert", "update", "find", "delete", "findAndModify"}
REFERRED = usecases.Referred("case-1", "C-5HW2-M4SA", "perugia")
HIGH = referral(
    answers=all_but(CALM[:14]),
    incident_count=2,
    is_further_incident=True,
    previous_marac_at=NOON - 30 * DAY,
)


class Asked(CommandListener):
    """Keeps the names of the commands that are sent."""

    def __init__(self) -> None:
        self.commands: list[str] = []

    def started(self, event: Any) -> None:
        if event.command_name in OURS:
            self.commands.append(event.command_name)

    def succeeded(self, event: Any) -> None:
        """Whether it succeeds does not matter here."""

    def failed(self, event: Any) -> None:
        """Whether it fails does not matter here."""


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def profiles(mongo: Any, asked: Asked) -> RiskProfiles:
    plain = runtime(mongo, NO_BUS)
    client: MongoClient[dict[str, Any]] = MongoClient(
        mongo.uri, tz_aware=True, event_listeners=[asked]
    )
    database = client[plain.database.name]
    database.drop_collection(RiskProfiles.collection)
    made = RiskProfiles(replace(plain, database=database), announce, lambda *_: None)
    made.ensure_indexes()
    asked.commands.clear()
    return made


def refer(profiles: RiskProfiles, told: Any = HIGH) -> Any:
    return usecases.assess_referral(profiles, REFERRED, told, BOOK, at=told.source.at)


def test_a_first_referral_is_one_insert(profiles: RiskProfiles, asked: Asked) -> None:
    refer(profiles)
    assert asked.commands == ["insert"]


def test_what_this_process_saved_last_is_changed_by_one_update(
    profiles: RiskProfiles, asked: Asked
) -> None:
    refer(profiles)
    asked.commands.clear()
    refer(profiles, referral("r2", NOON + DAY))
    assert asked.commands == ["update"]


def test_another_process_finds_a_case_there_by_an_insert_that_fails(
    profiles: RiskProfiles, asked: Asked
) -> None:
    refer(profiles)
    asked.commands.clear()
    refer(elsewhere(profiles), referral("r2", NOON + DAY))
    assert asked.commands == ["insert", "find", "update"]


def test_a_session_is_a_find_and_an_update(profiles: RiskProfiles, asked: Asked) -> None:
    refer(profiles)
    asked.commands.clear()
    told = session(incident_at=NOON + DAY)
    usecases.assess_session(elsewhere(profiles), "case-1", told, BOOK, at=NOON + DAY)
    assert asked.commands == ["find", "update"]


def elsewhere(profiles: RiskProfiles) -> RiskProfiles:
    """Return the same profiles in another process."""
    return RiskProfiles(profiles.runtime, announce, lambda *_: None)


def test_a_profile_comes_back_as_it_was(profiles: RiskProfiles) -> None:
    refer(profiles)
    refer(profiles, referral("r2", NOON + DAY, instrument="DARA", grade=Band.MEDIUM))
    lower = session("s1", judgement=judged(Band.MEDIUM), incident_at=NOON + DAY)
    usecases.assess_session(profiles, "case-1", lower, BOOK, at=NOON + DAY)
    kept = profiles.change("case-1", lambda found: found.close(NOON + 2 * DAY))
    assert profiles.load("C-5HW2-M4SA") == kept
    assert len(kept.assessments) == 3


def test_free_text_stays_sealed_until_it_is_read(profiles: RiskProfiles) -> None:
    refer(profiles)
    words = judged(Band.HIGH, rationale="he waits at the school")
    told = correction(judgement=words)
    made = usecases.reassess(profiles, "C-5HW2-M4SA", told, BOOK, at=NOON)
    kept = profiles.load("case-1").judgement
    assert kept is not None
    assert isinstance(kept.rationale, Sealed)
    assert profiles.open_words(kept.rationale) == "he waits at the school"
    assert profiles.open_words(kept.concern) is None
    assert profiles.open_words(made.judgement.rationale if made.judgement else None)


def test_overdue_alerts_are_found_once_their_words_are_on_the_bus(
    profiles: RiskProfiles,
) -> None:
    refer(profiles)
    later = NOON + timedelta(seconds=31)
    assert profiles.unanswered(later, 10) == []
    published = {"$set": {"outbox": []}, "$unset": {"outbox_due": ""}}
    profiles.runtime.database["risk"].update_one({"_id": "case-1"}, published)
    assert profiles.unanswered(later, 10) == ["case-1"]
    assert profiles.unanswered(NOON, 10) == []


def test_what_a_clock_since_put_back_put_off_is_overdue(profiles: RiskProfiles) -> None:
    refer(profiles)
    at_rest = {"$set": {"outbox": []}, "$unset": {"outbox_due": ""}}
    profiles.runtime.database["risk"].update_one({"_id": "case-1"}, at_rest)
    an_hour_back = NOON - timedelta(hours=1)
    assert profiles.unanswered(an_hour_back, 10) == ["case-1"]
    usecases.insist(profiles, "case-1", at=an_hour_back)
    profiles.runtime.database["risk"].update_one({"_id": "case-1"}, at_rest)
    assert profiles.unanswered(an_hour_back, 10) == []


def test_a_reason_is_applied_once(profiles: RiskProfiles) -> None:
    refer(profiles)
    once = profiles.under(replace(fresh_context(), receipt="event-1"))
    for name in ("s1", "s2"):
        told = session(name, incident_at=NOON + DAY)
        usecases.assess_session(once, "case-1", told, BOOK, at=NOON + DAY)
    assert len(profiles.load("case-1").assessments) == 2
