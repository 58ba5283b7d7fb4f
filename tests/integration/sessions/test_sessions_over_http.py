"""The sessions service as it runs: events in, HTTP in and out, events out, words unreadable."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

from bson.json_util import dumps

from tests.integration.sessions.sessions_in_use import (
    ANA,
    BEA,
    CLUJ,
    MAYA,
    OPS,
    Case,
    Person,
    Sessions,
    missed,
    session,
)

OUTCOMES = {
    "violence_ended": "achieved",
    "stability_increased": "achieved",
    "no_further_removal": "unknown",
    "child_returned": "not",
}


def test_a_referral_opens_the_file(sessions: Sessions) -> None:
    case = sessions.referred()
    file = sessions.get(case, by=ANA)
    assert (file["state"], file["area"], file["band"]) == ("referred", "london-rbkc", None)
    assert [each["status"] for each in file["referrals"]] == ["submitted"]


def test_events_that_come_before_the_opening_one_are_kept(sessions: Sessions) -> None:
    case = Case()
    sessions.say(case, "alert_raised", seq=1)
    sessions.say(case, "risk_assessed", seq=2, number=2, band="high")
    sessions.say(case, "risk_assessed", seq=1, number=1, band="standard")
    sessions.say(case, "referral_status_changed", seq=2)
    sessions.say(case, "referral_submitted", seq=1)
    sessions.wait_for_timeline(case, 5)
    file = sessions.get(case, by=ANA)
    assert (file["state"], file["band"]) == ("open", "high")


def test_an_event_heard_twice_is_noted_once(sessions: Sessions) -> None:
    case = sessions.referred()
    sessions.say(case, "alert_acknowledged", seq=1, event_id=case.id)
    sessions.say(case, "alert_acknowledged", seq=1, event_id=case.id)
    sessions.say(case, "alert_resolved", seq=2)
    sessions.wait_for_timeline(case, 3)
    kinds = [entry["kind"] for entry in sessions.timeline(case)]
    assert sorted(kinds) == ["alert_acknowledged", "alert_resolved", "referral_submitted"]


def test_a_session_is_said_in_codes_and_nothing_else(sessions: Sessions) -> None:
    case = sessions.referred()
    with sessions.listening() as said:
        answer = sessions.record(case, session(), by=ANA)
        (event,) = said(case, 1)
    assert answer.status_code == 201
    assert event["type"] == "session_recorded"
    assert event["data"]["disclosures"] == {"weapons": "yes", "sexual": "no"}
    assert event["data"]["professional_judgement"] == "high"
    assert event["data"]["incident"] is True
    assert "canary" not in json.dumps(event)


def test_what_was_written_is_read_back_by_colleagues_of_the_area(sessions: Sessions) -> None:
    case = sessions.referred()
    sessions.record(case, session(), by=ANA)
    (read,) = sessions.get(case, "/sessions", by=BEA)["items"]
    assert {name: read[name] for name in session()} == session()
    (goal,) = sessions.get(case, by=MAYA)["goals"]
    assert (goal["goal"], goal["ratings"][0]["rating"]) == ("canary goal", 4)


def test_what_was_written_cannot_be_read_in_the_database(sessions: Sessions) -> None:
    case = sessions.referred()
    sessions.record(case, session(), by=ANA)
    stored = sessions.document(case)
    assert stored["sessions"][0]["words"].subtype == 6
    assert "canary" not in dumps(stored)
    assert b"canary" not in bytes(stored["sessions"][0]["words"])


def test_what_was_erased_is_null_and_the_codes_remain(sessions: Sessions) -> None:
    case = sessions.referred()
    sessions.record(case, session(), by=ANA)
    sessions.erase(case)
    (read,) = sessions.get(case, "/sessions", by=ANA)["items"]
    assert read["notes"] is None
    assert read["goals"] == [{"goal": None, "rating": 4}]
    assert read["disclosures"] == {"weapons": "yes", "sexual": "no"}


def test_the_same_request_twice_records_once(sessions: Sessions) -> None:
    case = sessions.referred()
    first, second = (sessions.record(case, session(), by=ANA, key="same") for _ in range(2))
    assert (first.status_code, second.json()) == (201, first.json())
    assert len(sessions.get(case, "/sessions", by=ANA)["items"]) == 1


def test_the_same_key_with_another_session_is_refused(sessions: Sessions) -> None:
    case = sessions.referred()
    sessions.record(case, session(), by=ANA, key="same")
    again = sessions.record(case, session(notes="canary two"), by=ANA, key="same")
    assert (again.status_code, again.json()["type"]) == (409, "/problems/key-reused")


def test_one_key_for_two_women_is_two_sessions(sessions: Sessions) -> None:
    answers = [
        sessions.record(sessions.referred(), session(), by=ANA, key="group") for _ in range(2)
    ]
    assert len({answer.json()["reference"] for answer in answers}) == 2


def test_two_missed_sessions_are_one_lapse(sessions: Sessions) -> None:
    case = sessions.referred()
    with sessions.listening() as said:
        for day in (5, 6, 7):
            assert sessions.record(case, missed(day), by=ANA).status_code == 201
        events = said(case, 4)
    lapses = [event["data"] for event in events if event["type"] == "engagement_lapsed"]
    assert [lapse["missed_in_a_row"] for lapse in lapses] == [2]
    assert sessions.get(case, by=ANA)["engagement"]["missed_in_a_row"] == 3


def test_sessions_recorded_at_the_same_moment_are_all_kept(sessions: Sessions) -> None:
    case = sessions.referred()
    with sessions.listening() as said, ThreadPoolExecutor(8) as colleagues:
        answers = list(
            colleagues.map(lambda day: sessions.record(case, missed(day), by=ANA), range(1, 9))
        )
        events = said(case, 9)
    assert {answer.status_code for answer in answers} == {201}
    assert len(sessions.get(case, "/sessions", by=ANA)["items"]) == 8
    assert [event["type"] for event in events].count("engagement_lapsed") == 1
    assert [event["seq"] for event in events] == list(range(1, 10))


def test_a_corrected_session_is_listed_and_counted_once(sessions: Sessions) -> None:
    case = sessions.referred()
    wrong = sessions.record(case, missed(5), by=ANA).json()["reference"]
    sessions.record(case, missed(5, corrects=wrong, attendance="cancelled_client"), by=ANA)
    (standing,) = sessions.get(case, "/sessions", by=ANA)["items"]
    assert standing["corrects"] == wrong
    assert sessions.get(case, by=ANA)["engagement"]["missed_in_a_row"] == 1


def test_faults_are_told_at_once_and_nothing_is_stored(sessions: Sessions) -> None:
    case = sessions.referred()
    answer = sessions.record(case, {"attendance": "dna", "approaches": ["vig"], "x": 1}, by=ANA)
    pointers = [error["pointer"] for error in answer.json()["errors"]]
    assert (answer.status_code, pointers) == (422, ["#/approaches", "#/held_at", "#/x"])
    assert sessions.document(case)["sessions"] == []


def test_a_case_is_allocated_and_the_bus_is_told(sessions: Sessions) -> None:
    case = sessions.referred()
    with sessions.listening() as said:
        taken = sessions.post(case, "/allocation", {"practitioner_id": ANA.id}, by=ANA)
        (event,) = said(case, 1)
    assert (taken.status_code, event["type"]) == (200, "case_allocated")
    assert event["data"]["practitioner_id"] == ANA.id
    refused = sessions.post(case, "/allocation", {"practitioner_id": BEA.id}, by=BEA)
    assert (refused.status_code, refused.json()["type"]) == (
        409,
        "/problems/case-already-allocated",
    )


def test_a_closed_case_refuses_sessions_until_she_is_referred_again(sessions: Sessions) -> None:
    case = sessions.referred()
    with sessions.listening() as said:
        assert sessions.post(case, "/closure", {"outcomes": OUTCOMES}, by=MAYA).status_code == 200
        (event,) = said(case, 1)
    assert event["data"]["outcomes"] == ["violence_ended", "stability_increased"]
    refused = sessions.record(case, session(), by=ANA)
    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/case-already-closed")
    sessions.say(case.referred_again(), "referral_submitted", seq=1)
    sessions.wait_for_timeline(case, 4)
    assert sessions.record(case, session(), by=ANA).status_code == 201


def test_a_case_is_seen_in_its_area_only_alone_and_in_lists(sessions: Sessions) -> None:
    case = sessions.referred()
    assert sessions.ask("GET", f"/cases/{case.reference}", by=CLUJ).status_code == 404
    assert sessions.record(case, session(), by=CLUJ).status_code == 404
    assert case.reference not in sessions.caseload(by=CLUJ)
    assert case.reference in sessions.caseload(by=ANA)


def test_those_who_do_no_casework_are_kept_out(sessions: Sessions) -> None:
    case = sessions.referred()
    for path in ("/cases", f"/cases/{case.reference}", f"/cases/{case.reference}/timeline"):
        assert sessions.ask("GET", path, by=OPS).status_code == 403


def test_the_caseload_shows_my_open_cases_the_newest_activity_first(sessions: Sessions) -> None:
    mine = [sessions.referred() for _ in range(3)]
    for case in mine:
        sessions.post(case, "/allocation", {"practitioner_id": BEA.id}, by=MAYA)
    sessions.post(mine[0], "/closure", {"outcomes": OUTCOMES}, by=MAYA)
    sessions.record(mine[1], missed(5), by=BEA)
    first = sessions.ask("GET", "/cases?mine=true&limit=1", by=BEA).json()
    rest = sessions.ask("GET", f"/cases?mine=true&after={first['next']}", by=BEA).json()
    shown = [each["reference"] for part in (first, rest) for each in part["items"]]
    assert shown == [mine[1].reference, mine[2].reference]
    assert rest["next"] is None


def test_a_caseload_is_narrowed_by_state_and_band(sessions: Sessions) -> None:
    waits, met, over = (sessions.referred() for _ in range(3))
    sessions.record(met, session(), by=ANA)
    sessions.post(over, "/closure", {"outcomes": OUTCOMES}, by=MAYA)
    sessions.say(waits, "risk_assessed", seq=1, number=1, band="high")
    sessions.wait_for_timeline(waits, 2)
    of = {waits.reference, met.reference, over.reference}

    def listed(asked: str, by: Person = ANA) -> set[str]:
        return of & {each["reference"] for each in sessions.pages(f"/cases?{asked}", by=by)}

    assert listed("") == {waits.reference, met.reference}
    assert listed("state=engaged") == {met.reference}
    assert listed("state=closed") == {over.reference}
    assert listed("band=high") == {waits.reference}
    assert listed("state=closed&band=high") == set()
    assert listed("state=closed", by=CLUJ) == set()


def test_each_read_of_a_case_is_written_down(sessions: Sessions) -> None:
    case = sessions.referred()
    sessions.get(case, "/timeline", by=BEA)
    assert ("bea", "read_timeline") in sessions.readers(case)


def test_sessions_are_counted_without_saying_of_whom(sessions: Sessions) -> None:
    before = sessions.metric("casework_sessions_approaches_total", approach="vig")
    sessions.record(sessions.referred(), session(approaches=["vig"]), by=ANA)
    assert sessions.metric("casework_sessions_approaches_total", approach="vig") == before + 1
