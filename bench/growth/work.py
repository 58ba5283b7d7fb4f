"""A day's work at a modest rate: referrals and their alerts, what people do, what they look at."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from itertools import cycle
from typing import Any

from bench.growth import doors
from bench.growth.doors import Doors
from bench.growth.originals import PRACTITIONERS, is_at_rest
from bench.growth.pace import Asked, Timing, one_by_one, paced
from bench.growth.system import System
from bench.tap import Tap
from deploy.local.waiting import wait_until
from services.chassis import clock

PER_S = 10.0
EXCHANGE, ALERT = "notifications.events", "alert_raised.v1"
WITHIN_S = 120
LIST = 25
CATCH_UP = timedelta(seconds=30)


def settle(system: System) -> None:
    """Wait until nothing that was stored is due any more."""
    wait_until(lambda: is_at_rest(system) and not _due(system), "what is due", within_s=WITHIN_S)


def measure(system: System, times: int) -> list[Timing]:
    """Return how long everything takes that is asked so many times."""
    asked = Doors(system)
    try:
        referred, raised = _refer(system, asked, times)
        cases = _cases(system, [each.answer for each in referred])
        return [
            Timing("intake", [each.ms for each in referred], is_on_the_way=True),
            Timing("submit to alert_raised", raised, is_on_the_way=True),
            *_respond(asked, cases),
            *_meet(system, asked, cases),
            *_look(system, asked, times),
        ]
    finally:
        asked.close()


def case_of(body: bytes) -> str:
    """Return the case of an alert as it is told on the bus."""
    return str(json.loads(body)["data"]["case_reference"])


def _refer(system: System, asked: Doors, times: int) -> tuple[list[Asked], list[float]]:
    bodies = [doors.referral() for _ in range(times)]
    with Tap(system.servers.amqp_uri, EXCHANGE, ALERT, case_of) as tap:
        asks = (partial(asked.refer, body) for body in bodies)
        referred = paced(asks, PER_S)
        cases = _cases(system, [each.answer for each in referred])
        wait_until(lambda: tap.alerts().keys() >= set(cases), "every alert", within_s=WITHIN_S)
        alerts = tap.alerts()
    pairs = zip(referred, cases, strict=True)
    return referred, [(alerts[case] - each.due) * 1000 for each, case in pairs]


def _cases(system: System, references: Sequence[str]) -> list[str]:
    query = {"reference": {"$in": list(references)}}
    found = system.store("referrals")["referrals"].find(
        query, {"reference": 1, "case_reference": 1}
    )
    by_reference = {each["reference"]: str(each["case_reference"]) for each in found}
    return [by_reference[reference] for reference in references]


def _respond(asked: Doors, cases: Sequence[str]) -> list[Timing]:
    """Take the alerts on and act."""
    alerts = [asked.alerts_of(case)[0]["reference"] for case in cases]
    people = [doors.practitioner(1 + n % PRACTITIONERS) for n in range(len(alerts))]
    each = list(zip(alerts, people, strict=True))
    done = {"kind": "contacted", "note": "Rang her at the library."}
    taken = [partial(asked.on_alert, alert, "acknowledgements", who) for alert, who in each]
    acted = [partial(asked.on_alert, alert, "actions", who, done) for alert, who in each]
    return [_timed("acknowledge", taken, is_on_the_way=True), _timed("act", acted)]


def _meet(system: System, asked: Doors, cases: Sequence[str]) -> list[Timing]:
    """Accept and allocate the cases, and record a session of each."""
    referrals = system.store("referrals")["referrals"]
    some = cases[: len(cases) // 2]
    people = [doors.practitioner(1 + n % PRACTITIONERS) for n in range(len(some))]
    for case, who in zip(some, people, strict=True):
        found = referrals.find_one({"case_reference": case}) or {}
        asked.decide(found["reference"], "accept")
        asked.on_case(case, "allocation", doors.manager(), {"practitioner_id": who.id})
    each = zip(some, people, strict=True)
    asks = [partial(asked.on_case, case, "sessions", who, doors.session()) for case, who in each]
    return [_timed("record a session", asks)]


def _look(system: System, asked: Doors, times: int) -> list[Timing]:
    return [
        Timing(name, one_by_one(ask, times), is_on_the_way)
        for name, ask, is_on_the_way in _worklists(system, asked)
    ]


def _worklists(system: System, asked: Doors) -> list[tuple[str, Callable[[], Any], bool]]:
    """Return what people look at: its name, how it is asked, and whether an alert waits for it."""
    her, lead, partner = doors.practitioner(), doors.manager(), doors.agency()
    over = system.store("sessions")["sessions"].find_one({"state": "closed", "band": "high"}) or {}
    case = over.get("reference", "")
    alerts = partial(asked.get, "notifications", "/alerts")
    changes = partial(asked.get, "notifications", "/alerts/changes")
    cases, referrals = (
        partial(asked.get, "sessions", "/cases", limit=LIST),
        partial(asked.get, "referrals", "/referrals", limit=LIST),
    )
    since = (clock.now() - CATCH_UP).isoformat()
    following = cycle([referrals(partner)["next"]])
    return [
        ("inbox of a practitioner", partial(alerts, her, limit=100), True),
        ("inbox of a manager", partial(alerts, lead, limit=100), True),
        ("alerts changed since", partial(changes, her, since=since, limit=200), True),
        ("open alerts of a case", partial(alerts, her, case=case, limit=5), False),
        ("all alerts of a case", partial(alerts, her, case=case, state="all"), False),
        ("my caseload", partial(cases, her, mine=True), False),
        ("caseload of an area", partial(cases, lead), False),
        ("closed cases of an area", partial(cases, lead, state="closed"), False),
        ("referrals that wait", partial(referrals, lead, status="submitted"), False),
        ("all referrals of an area", partial(referrals, lead), False),
        ("referrals of an agency", partial(referrals, partner), False),
        (
            "their second page",
            lambda: referrals(partner, **({"after": after} if (after := next(following)) else {})),
            False,
        ),
        ("a case file", partial(asked.get, "sessions", f"/cases/{case}", her), False),
        ("who she is", partial(asked.get, "referrals", f"/cases/{case}/client", her), False),
        ("her assessments", partial(asked.get, "risk", f"/cases/{case}/assessments", her), False),
    ]


def _timed(name: str, asks: Sequence[Callable[[], Any]], *, is_on_the_way: bool = False) -> Timing:
    return Timing(name, [each.ms for each in paced(asks, PER_S)], is_on_the_way)


def _due(system: System) -> bool:
    alerts = system.store("notifications")["notifications"]
    return alerts.find_one({"next_step_at": {"$lte": clock.now()}}, {"_id": 1}) is not None
