"""Alerts from the bus to open pages: to whom they are for, at once, and none is missed."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from time import monotonic
from typing import Any

import httpx
import pytest

from services.chassis.clock import now
from services.portal.live.hub import STREAMS_OF_ONE
from tests.integration.portal.alerts import ALERTS, assess, raised, shown
from tests.integration.portal.door import Portal, inbox
from tests.support import until


@pytest.fixture(scope="module")
def portal(portal: Portal, stack: Any) -> Portal:
    """The portal with notifications behind it."""
    stack.start("notifications")
    return portal


def test_a_practitioner_is_told_within_a_second(portal: Portal, broker: Any) -> None:
    with inbox(portal.signed_in("ana")) as ana:
        shown(ana, assess(broker))
        since = monotonic()
        data = shown(ana, assess(broker))
        assert monotonic() - since < 1
    assert data["severity"] == "high"
    assert data["score"] == 15
    assert "audience" not in data


def test_nobody_is_told_who_is_elsewhere_or_has_another_task(portal: Portal, broker: Any) -> None:
    ion, mo, ana = (portal.signed_in(name) for name in ("ion", "mo", "ana"))
    with inbox(ion) as perugia, inbox(mo) as manager, inbox(ana) as cluj:
        here, there = assess(broker, "cluj"), assess(broker, "perugia")
        shown(cluj, here)
        shown(manager, here)
        shown(perugia, there)
        assert there not in str((cluj.events, manager.events))
        assert here not in str(perugia.events)


def test_whoever_is_shown_a_call_is_recorded_once(portal: Portal, broker: Any) -> None:
    ana = portal.signed_in("ana")
    with inbox(ana) as first, inbox(ana) as second:
        case = assess(broker)
        reference = shown(first, case)["reference"]
        shown(second, case)
        shown(first, case, "alert_delivered")

    def deliveries() -> Any:
        found = ana.get(f"{ALERTS}/{reference}").json()["deliveries"]
        return [(each["person_id"], each["channel"]) for each in found]

    assert until(deliveries) == [("ana", "inbox")]


def test_all_see_that_somebody_has_taken_it_on(portal: Portal, broker: Any) -> None:
    ana, mo = portal.signed_in("ana"), portal.signed_in("mo")
    with inbox(mo) as manager, inbox(ana) as mine:
        case = assess(broker)
        reference = shown(mine, case)["reference"]
        taken = ana.post(f"{ALERTS}/{reference}/acknowledgements")
        assert taken.status_code == 200, taken.text
        assert shown(mine, case, "alert_acknowledged")["responder_id"] == "ana"
        shown(manager, case, "alert_acknowledged")


def test_a_browser_that_comes_back_is_told_what_it_missed(portal: Portal, broker: Any) -> None:
    ana = portal.signed_in("ana")
    with inbox(ana) as before:
        seen = assess(broker)
        shown(before, seen)
    missed = raised(broker, ana)
    with inbox(ana, before.last_id) as after:
        shown(after, missed["case_reference"])


def last_event(web: httpx.Client, case: str) -> Any:
    return web.get(ALERTS, params={"case": case}).json()["items"][0]["event"]


@pytest.mark.parametrize("is_open", [True, False], ids=["at once", "after coming back"])
def test_a_worsening_is_told_as_one(portal: Portal, broker: Any, is_open: bool) -> None:
    ana = portal.signed_in("ana")
    case = raised(broker, ana)["case_reference"]
    worse = {"number": 2, "worsened": True, "score": 20, "score_max_if_unknown": 22}
    rendered = f"{now().isoformat()}/-/-"
    if not is_open:
        assess(broker, case=case, **worse)
        until(lambda: last_event(ana, case) == "alert_reassessed")
    with inbox(ana, rendered) as page:
        if is_open:
            assess(broker, case=case, **worse)
        told = shown(page, case, "alert_reassessed")
    assert (told["worsened"], told["score"]) == (True, 20)


def test_what_is_told_again_after_coming_back_has_the_id_that_it_had(
    portal: Portal, broker: Any
) -> None:
    ana = portal.signed_in("ana")
    with inbox(ana) as before:
        case = assess(broker)
        shown(before, case)
        shown(before, case, "alert_delivered")
    with inbox(ana, before.last_id) as after:
        shown(after, case, "alert_delivered")
        again = {event["id"] for event in after.named("alert_delivered")}
    assert before.named("alert_delivered")[-1]["id"] in again


def test_a_page_that_was_made_a_moment_ago_is_told_what_came_since(
    portal: Portal, broker: Any
) -> None:
    ana = portal.signed_in("ana")
    rendered = f"{now().isoformat()}/-/-"
    case = raised(broker, ana)["case_reference"]
    with ana.stream("GET", f"{ALERTS}/stream", params={"last_event_id": rendered}) as answer:
        assert any(case in line for line in answer.iter_lines())


def test_a_portal_that_is_killed_loses_nobody_an_alert(
    portal: Portal, broker: Any, stack: Any
) -> None:
    ana = portal.signed_in("ana")
    with inbox(ana) as before:
        shown(before, assess(broker))
        stack.kill("portal")
        until(lambda: before.is_closed)
    cases = [assess(broker) for _ in range(3)]
    stack.start("portal")
    with inbox(ana, before.last_id) as after:
        for case in cases:
            shown(after, case)
        shown(after, assess(broker))


def test_after_a_restart_in_the_middle_later_events_still_find_whom_they_are_for(
    portal: Portal, broker: Any, stack: Any
) -> None:
    ana, ion = portal.signed_in("ana"), portal.signed_in("ion")
    alert = raised(broker, ana)
    stack.kill("portal")
    stack.start("portal")
    later = (now() + timedelta(minutes=2)).isoformat()
    with inbox(ana, f"{later}/-/-") as mine, inbox(ion) as other:
        assert ana.post(f"{ALERTS}/{alert['reference']}/acknowledgements").status_code == 200
        shown(mine, alert["case_reference"], "alert_acknowledged")
        assert alert["case_reference"] not in str(other.events)


def test_without_notifications_a_stream_ends_so_that_the_browser_comes_back(
    portal: Portal, stack: Any
) -> None:
    ana = portal.signed_in("ana")
    stack.kill("notifications")
    with inbox(ana) as opened:
        until(lambda: opened.is_closed)
        assert 1000 <= int(opened.events[0]["retry"]) < 4000
    stack.start("notifications")
    with inbox(ana) as opened:
        assert not opened.is_closed


def test_signing_out_ends_what_is_open_and_nobody_elses(portal: Portal, broker: Any) -> None:
    ana, elsewhere = portal.signed_in("ana"), portal.signed_in("ana")
    with inbox(ana) as here, inbox(elsewhere) as there:
        assert ana.post("/sign-out").status_code == 303
        until(lambda: here.is_closed, within=5)
        shown(there, assess(broker))
        assert not there.is_closed


def test_one_who_opens_no_end_of_streams_is_asked_to_wait(portal: Portal) -> None:
    mo = portal.signed_in("mo")
    with ExitStack() as opened:
        for _ in range(STREAMS_OF_ONE):
            opened.enter_context(inbox(mo))
        answer = mo.get(f"{ALERTS}/stream")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "30")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_link_to_the_stream_shows_nobody_an_alert(portal: Portal, site: str) -> None:
    answer = portal.signed_in("ana").get(f"{ALERTS}/stream", headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403


def test_a_cursor_of_somebody_elses_making_is_refused(portal: Portal) -> None:
    ana = portal.signed_in("ana")
    answer = ana.get(f"{ALERTS}/stream", headers={"Last-Event-ID": "17"})
    assert answer.status_code == 400


def test_open_streams_do_not_hold_up_the_end(portal: Portal, stack: Any) -> None:
    with inbox(portal.signed_in("ana")) as ana, inbox(portal.signed_in("mo")):
        metrics = portal.visitor().get("/metrics").text
        assert "casework_portal_open_streams 2.0" in metrics
        since = monotonic()
        assert stack.stop("portal") == 0
        assert monotonic() - since < 10
        until(lambda: ana.is_closed)
    stack.start("portal")
