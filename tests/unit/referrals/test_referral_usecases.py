"""A referral sent twice is one, a woman referred twice is one case, and who asks sees her part."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.referrals.domain.errors import (
    AlreadySentWithOtherContent,
    AreaNotServed,
    CaseNotFound,
    ClientErased,
    ReferenceJustTaken,
)
from services.referrals.domain.events import ReferralSubmitted
from services.referrals.domain.model import Referral
from services.referrals.domain.states import Verdict
from services.referrals.schemas import ClientView, ReferralView
from services.referrals.usecases import (
    decide_referral,
    hear_assessment,
    hear_closure,
    hear_session,
    read_client,
    shown_to,
)
from tests.unit.referrals.referral_examples import (
    AT,
    CANARY,
    HOSPITAL,
    MANAGER,
    POLICE,
    House,
    as_text,
    told,
)

DAY = timedelta(days=1)
MINIMUM = {
    "reference",
    "agency_reference",
    "status",
    "reason_code",
    "submitted_at",
    "updated_at",
}


@pytest.fixture
def house() -> House:
    return House()


def other_woman(**changes: Any) -> dict[str, Any]:
    return {"client": told()["client"] | {"given_name": "Bea", **changes}, "agency_reference": None}


def decide(house: House, referral: Referral, verdict: Verdict, note: str | None = None) -> Referral:
    return decide_referral(
        house.shelf, house.box, referral.reference, verdict, by=MANAGER, at=AT + DAY, note=note
    )


def test_a_referral_is_stored_and_announced_once(house: House) -> None:
    receipt = house.refer()
    assert not receipt.is_replay
    assert house.shelf.said == [ReferralSubmitted()]


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ({"key": "k1", "agency_reference": None}, {"key": "k1", "agency_reference": None}),
        ({}, {}),
        ({"key": "k1"}, {"key": "k2"}),
        ({}, {"key": "k1"}),
    ],
    ids=["same key", "same reference", "same reference, other key", "same reference, now a key"],
)
def test_the_same_content_again_is_the_same_referral(
    house: House, first: dict[str, Any], again: dict[str, Any]
) -> None:
    stored = house.refer(**first).referral
    receipt = house.refer(at=AT + DAY, **again)
    assert (receipt.is_replay, receipt.referral) == (True, stored)
    assert house.shelf.said == [ReferralSubmitted()]


@pytest.mark.parametrize(
    ("first", "again"),
    [
        ({"key": "k1", "agency_reference": None}, {"key": "k1", "agency_reference": "new"}),
        ({"key": "k1"}, {"key": "k1", "reason": "Another."}),
        ({}, {"reason": "Another."}),
        ({"key": "k1"}, {"key": "k1", **other_woman()}),
    ],
    ids=["same key, new reference", "same both", "same reference", "same key, another woman"],
)
def test_other_content_under_a_used_key_or_reference_is_refused(
    house: House, first: dict[str, Any], again: dict[str, Any]
) -> None:
    house.refer(**first)
    with pytest.raises(AlreadySentWithOtherContent):
        house.refer(**again)
    assert len(house.shelf.kept) == 1


def test_two_senders_may_use_the_same_key_and_reference(house: House) -> None:
    house.refer(POLICE, key="k1")
    assert not house.refer(HOSPITAL, key="k1").is_replay
    assert not house.refer(MANAGER, key="k1").is_replay


def test_a_reference_that_is_drawn_twice_stores_nothing(house: House) -> None:
    house.refer()
    house.shelf.kept["referral-2"] = house.shelf.kept.pop("referral-1")
    with pytest.raises(ReferenceJustTaken):
        house.refer(agency_reference="other")


def test_an_area_without_a_team_is_refused_before_anything_is_kept(house: House) -> None:
    with pytest.raises(AreaNotServed, match="london-rbkc, cluj"):
        house.refer(area="atlantis")
    assert not house.box.cases


def test_two_agencies_that_refer_the_same_woman_refer_to_one_case(house: House) -> None:
    one = house.refer(POLICE).referral
    two = house.refer(HOSPITAL, at=AT + DAY).referral
    assert one.case_id == two.case_id
    assert (one.repeat, two.repeat) == (False, True)


def test_a_repeat_is_flagged_for_twelve_months_and_no_longer(house: House) -> None:
    house.refer(POLICE)
    assert house.refer(
        HOSPITAL, at=AT.replace(year=2027) - DAY, agency_reference="a"
    ).referral.repeat
    late = House()
    late.refer(POLICE)
    assert not late.refer(HOSPITAL, at=AT.replace(year=2027)).referral.repeat


def test_a_referral_that_was_withdrawn_makes_no_repeat(house: House) -> None:
    decide(house, house.refer(POLICE).referral, Verdict.WITHDRAW)
    assert not house.refer(HOSPITAL, at=AT + DAY).referral.repeat


def test_a_woman_who_comes_herself_is_referred_by_the_team(house: House) -> None:
    assert house.refer(MANAGER).referral.agency_id == "outreach-team"


def test_nothing_that_identifies_her_is_readable_in_a_referral(house: House) -> None:
    referral = house.refer(key=f"{CANARY}key").referral
    noted = decide(house, referral, Verdict.ACCEPT, f"{CANARY}note")
    assert CANARY not in repr(noted)
    assert "1991" not in repr(noted)


def test_an_agency_is_shown_the_minimum(house: House) -> None:
    referral = house.refer().referral
    hear_assessment(house.shelf, referral.case_reference, "high", 1)
    shown = ReferralView().dump(shown_to(POLICE, house.shelf.kept[referral.id], house.box))
    assert shown.keys() == MINIMUM
    assert (shown["status"], shown["agency_reference"]) == ("received", f"{CANARY}ref")


def test_an_agency_is_told_why_it_was_declined_but_not_why_work_ended(house: House) -> None:
    def reason(verdict: Verdict, code: str) -> object:
        decide_referral(
            house.shelf, house.box, reference, verdict, by=MANAGER, at=AT, reason_code=code
        )
        return shown_to(POLICE, house.shelf.kept["referral-1"], house.box)["reason_code"]

    reference = house.refer().referral.reference
    assert reason(Verdict.REQUEST_INFORMATION, "identity_unclear") == "identity_unclear"
    decide(house, house.shelf.kept["referral-1"], Verdict.ANSWER_INFORMATION, "Here.")
    decide(house, house.shelf.kept["referral-1"], Verdict.ACCEPT)
    assert reason(Verdict.CLOSE, "ended_by_client") is None


def test_the_team_is_shown_codes_and_what_can_be_decided_and_nothing_sealed(house: House) -> None:
    referral = decide(house, house.refer().referral, Verdict.ACCEPT, f"{CANARY}note")
    shown = ReferralView().dump(shown_to(MANAGER, referral, house.box))
    assert CANARY not in as_text(shown)
    assert (shown["status"], shown["task_status"], shown["decisions"]) == (
        "accepted",
        "accepted",
        ["close"],
    )
    assert shown["answers"] == {"injury": "yes", "stalking": "dont_know"}
    assert [(move["from"], move["to"], move["by"]) for move in shown["history"]] == [
        ("submitted", "accepted", "maya")
    ]


def test_a_case_is_read_with_all_that_was_told_of_her(house: House) -> None:
    house.refer(POLICE)
    second = house.refer(
        HOSPITAL,
        at=AT + DAY,
        perpetrators=[{"name": "Somebody else", "relationship": "other"}],
        contact={"channel": "post", "safe": "no"},
    ).referral
    decide(house, second, Verdict.ACCEPT, f"{CANARY}note")
    read = ClientView().dump(read_client(house.shelf, house.box, second.case_reference))
    assert read["client"]["given_name"] == f"{CANARY}given"
    assert read["client"]["born_on"] == "1991-04-17"
    assert (read["contact"]["channel"], read["contact"]["safe"]) == ("post", "no")
    assert [p["name"] for p in read["perpetrators"]] == ["Somebody else", f"{CANARY}him"]
    assert len(read["children"]) == 1
    assert [r["agency_id"] for r in read["referrals"]] == [
        "northgate-maternity",
        "riverside-police",
    ]
    assert read["referrals"][1]["contact"]["windows"][0]["from"] == "09:00"
    assert read["referrals"][0]["history"][0]["note"] == f"{CANARY}note"
    assert read["referrals"][0]["narrative"]["rationale"] == f"{CANARY}rationale"


def test_near_matches_are_references_of_other_cases(house: House) -> None:
    one = house.refer().referral
    other = house.refer(**other_woman()).referral
    house.refer(**other_woman(family_name="Other", telephone="020 7946 0999", born_on="1980-01-01"))
    read = read_client(house.shelf, house.box, one.case_reference)
    assert read["near_matches"] == [other.case_reference]


def test_a_case_out_of_sight_is_not_there(house: House) -> None:
    reference = house.refer().referral.case_reference
    house.shelf.is_visible = False
    with pytest.raises(CaseNotFound):
        read_client(house.shelf, house.box, reference)


def test_what_was_erased_is_gone_and_the_rest_can_be_listed(house: House) -> None:
    referral = house.refer().referral
    house.box.erased.add(referral.case_id)
    assert shown_to(POLICE, referral, house.box)["agency_reference"] is None
    with pytest.raises(ClientErased):
        read_client(house.shelf, house.box, referral.case_reference)


def test_what_is_heard_of_a_case_reaches_all_its_referrals(house: House) -> None:
    one, two = house.refer(POLICE).referral, house.refer(HOSPITAL, at=AT + DAY).referral
    decide(house, one, Verdict.ACCEPT)
    case, later = one.case_reference, AT + 3 * DAY
    times = {"held_at": later, "said_at": later, "at": later}
    hear_assessment(house.shelf, case, "high", 1)
    hear_session(house.shelf, case, attendance="dna", by="ana", **times)
    assert statuses(house) == ["accepted", "submitted"]
    hear_session(house.shelf, case, attendance="late", by="ana", **times)
    assert statuses(house) == ["engaged", "submitted"]
    hear_closure(house.shelf, case, by="ana", closed_at=later, at=later)
    assert statuses(house) == ["closed", "submitted"]
    assert {r.band for r in house.shelf.kept.values()} == {"high"}
    assert house.shelf.kept[two.id].history == ()


def statuses(house: House) -> list[str]:
    return [referral.status.value for referral in house.shelf.kept.values()]
