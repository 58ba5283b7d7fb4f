"""Accepted means stored once, sealed, announced; refused means nothing was stored."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from bson import encode

from tests.integration.referrals.referral_doors import CANARY, Somebody, new_woman, told
from tests.support.bus import published
from tests.support.waiting import until

ANOTHER = {"reason": "Another."}


def stored(mongo: Any) -> tuple[int, int]:
    """Return how many referrals and keys there are."""
    database = mongo.database("referrals")
    return database.referrals.count_documents({}), database.key_vault.count_documents({})


def test_a_referral_is_accepted_and_announced_in_codes(
    police: Somebody, broker: Any, mongo: Any
) -> None:
    with published(broker, "referrals.events", "referral_submitted.v1") as heard:
        answer = police.refer(told(agency_reference="RVP-1"))
        event = until(lambda: heard[0])
    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["status"], shown["agency_reference"]) == ("received", "RVP-1")
    assert event["data"]["referral_reference"] == shown["reference"]
    assert event["data"]["answers"]["injury"] == "yes"
    assert CANARY not in str(event)
    document = mongo.database("referrals").referrals.find_one({"reference": shown["reference"]})
    assert event["case_id"] == document["case_id"]


@pytest.mark.parametrize(
    ("first_key", "own", "second_key"),
    [("a-1", None, "a-1"), (None, "a-ref-2", None), ("a-3", "a-ref-3", "a-other")],
    ids=["the same key", "the same reference", "the same reference under another key"],
)
def test_the_same_sent_again_is_answered_the_same(
    police: Somebody, mongo: Any, first_key: str | None, own: str | None, second_key: str | None
) -> None:
    body = told(agency_reference=own)
    first = police.refer(body, first_key)
    before = stored(mongo)
    again = police.refer(body, second_key)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first.headers
    assert again.json() == first.json()
    assert stored(mongo) == before


@pytest.mark.parametrize(
    ("key", "own"),
    [("b-1", None), (None, "b-ref-2"), ("b-3", "b-ref-3")],
    ids=["the same key", "the same reference", "both"],
)
def test_other_content_under_a_used_key_or_reference_is_a_conflict(
    police: Somebody, mongo: Any, key: str | None, own: str | None
) -> None:
    body = told(agency_reference=own)
    reference = police.refer(body, key).json()["reference"]
    before = stored(mongo)
    refused = police.refer(body | ANOTHER, key)
    assert refused.status_code == 409
    assert refused.json()["type"] == "/problems/already-sent-with-other-content"
    assert "Another" not in refused.text
    assert stored(mongo) == before
    assert police.read(reference)["status"] == "received"


def test_a_key_belongs_to_its_sender(police: Somebody, hospital: Somebody) -> None:
    assert police.refer(told(), "shared").status_code == 201
    assert hospital.refer(told(), "shared").status_code == 201


def test_sent_many_times_at_once_it_is_one_referral(police: Somebody) -> None:
    body = told()
    with ThreadPoolExecutor(8) as senders:
        answers = list(senders.map(lambda _: police.refer(body, "at-once"), range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["reference"] for answer in answers}) == 1


def test_one_woman_is_one_case_however_her_name_is_written(
    police: Somebody, hospital: Somebody, manager: Somebody
) -> None:
    first = new_woman()
    again = first | {"given_name": f"  {first['given_name'].upper()}. ", "address": None}
    one, two = police.referred(told(first)), hospital.referred(told(again, area="cluj"))
    cases = [manager.read(reference) for reference in (one, two)]
    assert cases[0]["case_reference"] == cases[1]["case_reference"]
    assert [case["repeat"] for case in cases] == [False, True]


def test_referred_by_many_agencies_at_once_she_is_one_case(people: Any, manager: Somebody) -> None:
    woman = new_woman()
    with ThreadPoolExecutor(6) as agencies:
        references = list(
            agencies.map(lambda n: people.agency(f"agency-{n}").referred(told(woman)), range(6))
        )
    assert len({manager.read(reference)["case_reference"] for reference in references}) == 1


def test_every_bad_field_is_named_and_nothing_is_stored(police: Somebody, mongo: Any) -> None:
    body = told(agency_reference="c-1", instrument="DARA", consent="refused", shoe_size=7)
    body["client"] |= {"born_on": "2999-01-01", "given_name": "", "email": f"{CANARY} wrong"}
    before = stored(mongo)
    refused = police.refer(body)
    assert refused.status_code == 422
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert [error["pointer"] for error in refused.json()["errors"]] == [
        "#/answers/injury",
        "#/client/born_on",
        "#/client/email",
        "#/client/given_name",
        "#/grade",
        "#/lawful_basis",
        "#/shoe_size",
    ]
    assert CANARY not in refused.text
    assert stored(mongo) == before


def test_an_area_without_a_team_is_refused_and_nothing_is_stored(
    police: Somebody, mongo: Any
) -> None:
    before = stored(mongo)
    refused = police.refer(told(area="atlantis"))
    assert (refused.status_code, refused.json()["type"]) == (422, "/problems/area-not-served")
    assert "atlantis" not in refused.text
    assert stored(mongo) == before


def test_nothing_that_identifies_her_can_be_read_anywhere(
    police: Somebody, manager: Somebody, mongo: Any, stack: Any, broker: Any
) -> None:
    with published(broker, "referrals.events") as heard:
        reference = police.referred(told(agency_reference=f"{CANARY}-own"))
        manager.decide(reference, "accept", note=f"{CANARY} note")
        until(lambda: len(heard) >= 2)
    case = manager.read(reference)["case_reference"]
    assert CANARY in manager.ask("GET", f"/cases/{case}/client").text
    database = mongo.database("referrals")
    for name in database.list_collection_names():
        for document in database[name].find():
            assert CANARY.encode() not in encode(document), name
    assert CANARY not in str(list(heard))
    assert CANARY not in stack.log("referrals")
    assert CANARY not in httpx.get(f"{manager.url}/metrics").text


def test_what_comes_in_is_counted_by_area(police: Somebody) -> None:
    series = 'casework_referrals_accepted_total{area="perugia",instrument="DASH-24"}'
    for _ in range(2):
        police.referred(told(area="perugia"))
    assert f"{series} 2.0" in httpx.get(f"{police.url}/metrics").text


def test_women_with_something_in_common_are_shown_as_near_matches(
    police: Somebody, manager: Somebody
) -> None:
    first = new_woman() | {"telephone": "+44 7700 900555"}
    second = new_woman() | {"telephone": "07700 900 555", "born_on": "1980-01-01"}
    cases = [
        manager.read(police.referred(told(woman)))["case_reference"] for woman in (first, second)
    ]
    read = manager.ask("GET", f"/cases/{cases[0]}/client").json()
    assert read["near_matches"] == [cases[1]]
