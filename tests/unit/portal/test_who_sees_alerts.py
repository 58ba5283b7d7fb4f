"""Whom an event of an alert is offered to: her area, and the audience or a manager's role."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from services.chassis.auth import Role
from services.contracts.envelope import Envelope
from services.portal.accounts import Person
from services.portal.live.change import Audience, Change, Cursor, heard, may_see
from services.portal.live.hub import STREAMS_OF_ONE, Hub
from services.portal.live.stream import Stream
from tests.unit.portal.people import ANA, somebody

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TO_ANA = Audience(frozenset(), frozenset({"ana"}))
TO_PRACTITIONERS = Audience(frozenset({"practitioner"}), frozenset())
MANAGER = somebody(id="mo", role=Role.MANAGER, session_id="session-of-mo")


def event(type: str = "alert_raised", **data: Any) -> Envelope:
    told = {"audience": {"roles": [], "account_ids": ["ana"]}} if type == "alert_raised" else {}
    said = {
        "alert_id": "internal",
        "alert_reference": "A-7F3K-9QX2",
        "case_reference": "C-7F3K-9QX2",
        "area": "cluj",
        "at": NOON,
    }
    return Envelope(
        "e1", type, 1, NOON, "notifications", "c1", 1, "k1", None, None, said | told | data
    )


@pytest.mark.parametrize(
    ("person", "audience", "sees"),
    [
        (ANA, TO_ANA, True),
        (ANA, TO_PRACTITIONERS, True),
        (ANA, None, False),
        (somebody(id="ion"), TO_ANA, False),
        (somebody(areas=("perugia",)), TO_ANA, False),
        (somebody(areas=("*",)), TO_ANA, True),
        (MANAGER, TO_ANA, True),
        (MANAGER, None, True),
        (somebody(role=Role.MANAGER, areas=("perugia",)), TO_ANA, False),
    ],
)
def test_who_may_see_an_alert_of_cluj(
    person: Person, audience: Audience | None, sees: bool
) -> None:
    change = Change(Cursor(NOON), "cluj", audience, "{}")
    assert may_see(person, change) is sees


async def offered(hub: Hub, person: Person, *events: Envelope) -> list[Change]:
    stream = Stream(person, Cursor(NOON))
    hub.join(stream)
    for one in events:
        hub.hear(one)
    hub.leave(stream)
    return [item for _ in range(stream.waiting) if isinstance(item := await stream.take(), Change)]


def test_later_events_go_to_whom_the_alert_was_raised_for() -> None:
    hub = Hub()
    taken = event("alert_acknowledged")
    assert len(asyncio.run(offered(hub, ANA, event(), taken))) == 2
    assert asyncio.run(offered(hub, somebody(id="ion"), taken)) == []
    assert len(asyncio.run(offered(hub, MANAGER, taken))) == 1


def test_where_nobody_knows_the_audience_it_is_offered_for_asking() -> None:
    (change,) = asyncio.run(offered(Hub(), ANA, event("alert_acknowledged")))
    assert change.audience is None


def test_after_leaving_nothing_is_kept() -> None:
    hub = Hub()
    asyncio.run(offered(hub, ANA, event()))
    assert not hub.streams


def test_a_browser_gets_codes_and_references_but_neither_audience_nor_ids() -> None:
    shown = json.loads(heard(event()).text)
    assert shown == {
        "reference": "A-7F3K-9QX2",
        "case_reference": "C-7F3K-9QX2",
        "area": "cluj",
        "at": "2026-03-01T12:00:00+00:00",
    }


def test_people_whose_session_is_over_are_let_go() -> None:
    hub = Hub()
    ana, mo = Stream(ANA, Cursor(NOON)), Stream(MANAGER, Cursor(NOON))
    hub.join(ana)
    hub.join(mo)
    hub.end_sessions({"session-of-ana"})
    assert (ana.ended, mo.ended) == ("signed_out", None)


def test_whoever_sees_no_area_is_let_go_as_well() -> None:
    hub = Hub()
    nowhere = Stream(somebody(areas=()), Cursor(NOON))
    hub.join(nowhere)
    hub.end_sessions({"session-of-ana"})
    assert nowhere.ended == "signed_out"
    hub.leave(nowhere)
    assert not hub.streams


def test_one_person_has_room_for_many_pages_but_not_for_any_number() -> None:
    hub = Hub()
    pages = [Stream(ANA, Cursor(NOON)) for _ in range(STREAMS_OF_ONE)]
    for page in pages:
        assert hub.has_room_for(ANA)
        hub.join(page)
    assert not hub.has_room_for(ANA)
    assert hub.has_room_for(MANAGER)
    hub.leave(pages[0])
    assert hub.has_room_for(ANA)


def test_a_drill_ends_at_the_hub_and_is_offered_to_nobody() -> None:
    ended: list[Envelope] = []
    drill = replace(event(), type="drill_raised", data={"number": 7, "outcome": "raised"})
    assert asyncio.run(offered(Hub(ended.append), MANAGER, drill)) == []
    assert ended == [drill]
