"""A few real cases, made through the real doors, each of which stands for many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from bench.growth import doors
from bench.growth.doors import Doors
from bench.growth.stencil import Stencil, stencil, unwrapped
from bench.growth.system import System
from deploy.local.keys import SERVICES_WITH_A_VAULT
from deploy.local.waiting import wait_until

PRACTITIONERS = 8
WITHIN_S = 30
AIMS = ("violence_ended", "stability_increased", "no_further_removal", "child_returned")
VAULT = "key_vault"
ACCESSES = "access_log"
ACCESSES_KEPT = 2  # our own waiting has looked more often than people would


class Course(StrEnum):
    """How far a case has come."""

    CLOSED_HIGH = "closed after an alert"
    CLOSED_MEDIUM = "closed without an alert"
    DECLINED = "declined"
    ACTIVE = "worked on"
    WAITING = "alert that nobody has taken on"
    TAKEN_ON = "alert that somebody has taken on"


Original = Mapping[tuple[str, str], Sequence[Stencil]]
"""(service, collection) → what is kept there of one case."""


@dataclass(frozen=True, slots=True)
class Made:
    """A case that was made, by its id and its reference."""

    course: Course
    id: str
    reference: str


def originals(system: System, asked: Doors) -> dict[Course, list[Original]]:
    """Make cases of every course, for each of several practitioners, and return their stencils."""
    made = [
        _make(asked, course, number) for number in range(1, PRACTITIONERS + 1) for course in Course
    ]
    wait_until(lambda: is_at_rest(system), "all that was said", within_s=WITHIN_S)
    found: dict[Course, list[Original]] = {course: [] for course in Course}
    keys = _data_keys(system)
    for case in made:
        with_id = _identified(system, case)
        found[case.course].append(_original(system, with_id, keys))
    return found


def is_at_rest(system: System) -> bool:
    """Has everything that was said been heard by all who are to hear it?"""
    waits = {"outbox_due": {"$gte": datetime.min.replace(tzinfo=UTC)}}
    return not any(
        system.store(service)[service].find_one(waits, {"_id": 1})
        for service in SERVICES_WITH_A_VAULT
    )


def alert_of(asked: Doors, case: str) -> str:
    """Return the alert of a case, once it is there."""
    wait_until(lambda: bool(asked.alerts_of(case)), "an alert", within_s=WITHIN_S)
    return str(asked.alerts_of(case)[0]["reference"])


def _make(asked: Doors, course: Course, number: int) -> Made:
    is_high = course is not Course.CLOSED_MEDIUM
    referral = asked.refer(doors.referral(is_high=is_high), number)
    case = str(asked.get("referrals", f"/referrals/{referral}", doors.manager())["case_reference"])
    if is_high:
        alert_of(asked, case)
    wait_until(lambda: asked.has_file(case), "a case file", within_s=WITHIN_S)
    _STEPS[course](asked, case, referral, number)
    return Made(course, "", case)


def _decline(asked: Doors, case: str, referral: str, number: int) -> None:
    asked.resolve(alert_of(asked, case), doors.practitioner(number))
    asked.decide(referral, "decline", "not_eligible")


def _take_on(asked: Doors, case: str, referral: str, number: int) -> None:
    del referral
    asked.on_alert(alert_of(asked, case), "acknowledgements", doors.practitioner(number))


def _work(asked: Doors, case: str, referral: str, number: int) -> None:
    asked.decide(referral, "accept")
    who = doors.practitioner(number)
    asked.on_case(case, "allocation", doors.manager(), {"practitioner_id": who.id})
    for alert in asked.alerts_of(case):
        asked.resolve(alert["reference"], who)
    for hours in (9, 5, 1):
        asked.on_case(case, "sessions", who, doors.session(hours))


def _close(asked: Doors, case: str, referral: str, number: int) -> None:
    _work(asked, case, referral, number)
    outcomes = {"outcomes": dict.fromkeys(AIMS, "partly")}
    asked.on_case(case, "closure", doors.practitioner(number), outcomes)


def _wait(asked: Doors, case: str, referral: str, number: int) -> None:
    del asked, case, referral, number


_STEPS: Mapping[Course, Callable[[Doors, str, str, int], None]] = {
    Course.CLOSED_HIGH: _close,
    Course.CLOSED_MEDIUM: _close,
    Course.DECLINED: _decline,
    Course.ACTIVE: _work,
    Course.WAITING: _wait,
    Course.TAKEN_ON: _take_on,
}


def _identified(system: System, case: Made) -> Made:
    found = system.store("sessions")["sessions"].find_one({"reference": case.reference})
    if found is None:
        raise LookupError(f"{case.reference} has no file")
    return Made(case.course, found["_id"], case.reference)


def _original(system: System, case: Made, keys: Mapping[bytes, bytes]) -> Original:
    return {
        (service, name): [stencil(document, keys) for document in found]
        for service in SERVICES_WITH_A_VAULT
        for name in system.store(service).list_collection_names()
        if (found := _of_case(system, service, name, case))
    }


def _of_case(system: System, service: str, name: str, case: Made) -> list[dict[str, Any]]:
    """Return what a collection keeps of a case, whatever it calls the case."""
    whatever = (
        {"_id": case.id},
        {"case_id": case.id},
        {"case": case.reference},
        {"keyAltNames": f"case:{case.id}"},
    )
    documents = system.store(service)[name]
    found = [document for asked in whatever for document in documents.find(asked)]
    distinct = list({str(document["_id"]): document for document in found}.values())
    return distinct[:ACCESSES_KEPT] if name == ACCESSES else distinct


def _data_keys(system: System) -> dict[bytes, bytes]:
    """Return the data key of each key document, by the octets of its id."""
    keys = system.servers.keys
    return {
        bytes(document["_id"]): unwrapped(document["keyMaterial"], keys.vault(service).read_bytes())
        for service in SERVICES_WITH_A_VAULT
        for document in system.store(service)[VAULT].find()
    }
