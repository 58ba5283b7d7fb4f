"""An agency sees and touches its own referrals only, the team those of its areas."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.integration.referrals.referral_doors import CANARY, People, Somebody, new_woman, told

MINIMUM = {
    "reference",
    "agency_reference",
    "status",
    "reason_code",
    "submitted_at",
    "updated_at",
}
NOT_FOUND = "/problems/not-found"


def listed(who: Somebody, **query: Any) -> list[str]:
    """Return the references of a whole list, page by page."""
    references: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = who.ask("GET", "/referrals", **query, **after).json()
        references += [item["reference"] for item in page["items"]]
        if page["next"] is None:
            return references
        after = {"after": page["next"]}


def test_an_agency_does_not_see_anothers_referral_alone_listed_or_to_decide(
    police: Somebody, hospital: Somebody
) -> None:
    hers, theirs = police.referred(), hospital.referred()
    hidden = hospital.ask("GET", f"/referrals/{hers}")
    touched = hospital.decide(hers, "withdraw")
    assert [(r.status_code, r.json()["type"]) for r in (hidden, touched)] == [(404, NOT_FOUND)] * 2
    assert hers not in listed(hospital)
    assert theirs in listed(hospital)
    assert police.read(hers)["status"] == "received"


def test_an_agency_gets_the_minimum_everywhere(police: Somebody, manager: Somebody) -> None:
    reference = police.referred(told(agency_reference="own-9"))
    assert set(police.read(reference)) == MINIMUM
    assert all(item.keys() == MINIMUM for item in police.ask("GET", "/referrals").json()["items"])
    manager.decide(reference, "accept")
    manager.decide(reference, "close", reason_code="ended_by_client")
    shown = police.read(reference)
    assert (shown["status"], shown["reason_code"]) == ("closed", None)
    asked = police.referred()
    manager.decide(asked, "request_information", reason_code="identity_unclear")
    answered = police.decide(asked, "answer_information", note=f"{CANARY} answer")
    assert (answered.status_code, set(answered.json())) == (201, MINIMUM)


def test_an_agency_takes_none_of_the_teams_decisions(police: Somebody) -> None:
    refused = police.decide(police.referred(), "accept")
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/not-for-agencies")


def test_an_agency_never_reads_a_case(police: Somebody, manager: Somebody) -> None:
    case = manager.read(police.referred())["case_reference"]
    assert police.ask("GET", f"/cases/{case}/client").status_code == 403


def test_the_team_sees_its_areas_only(people: People, police: Somebody) -> None:
    ana = people.staff("practitioner", area="cluj")
    here, elsewhere = police.referred(told(area="cluj")), police.referred(told(area="perugia"))
    assert here in listed(ana)
    assert elsewhere not in listed(ana)
    assert ana.ask("GET", f"/referrals/{elsewhere}").status_code == 404
    assert ana.decide(elsewhere, "accept").status_code == 404
    case = people.staff().read(elsewhere)["case_reference"]
    hidden = ana.ask("GET", f"/cases/{case}/client")
    assert (hidden.status_code, hidden.json()["type"]) == (404, "/problems/case-not-found")


def test_who_sees_one_referral_of_a_case_reads_all_of_it(
    people: People, police: Somebody, hospital: Somebody
) -> None:
    woman = new_woman()
    police.referred(told(woman, area="cluj"))
    case = people.staff().read(hospital.referred(told(woman, area="perugia")))["case_reference"]
    read = people.staff("practitioner", area="cluj").ask("GET", f"/cases/{case}/client").json()
    assert [referral["area"] for referral in read["referrals"]] == ["perugia", "cluj"]


def test_each_read_of_a_case_is_written_down(people: People, police: Somebody, mongo: Any) -> None:
    ana = people.staff("practitioner", id="ana")
    case = ana.read(police.referred())["case_reference"]
    ana.ask("GET", f"/cases/{case}/client")
    log = list(mongo.database("referrals").access_log.find({"case": case}).sort("at"))
    assert [(entry["who"], entry["role"], entry["action"]) for entry in log] == [
        ("ana", "practitioner", "read_referral"),
        ("ana", "practitioner", "read_client"),
    ]


@pytest.mark.parametrize("role", ["ops", "researcher"])
def test_who_works_with_no_case_comes_in_nowhere(people: People, role: str) -> None:
    nobody = people.staff(role)
    asked = [nobody.ask("GET", "/referrals"), nobody.refer(), nobody.ask("GET", "/referrals/R-1")]
    assert [answer.status_code for answer in asked] == [403, 403, 403]


def test_an_agencys_token_that_names_no_agency_is_nobodys(people: People, mongo: Any) -> None:
    nobody = Somebody(people.tokens, people.url, "agency_worker", "lost")
    before = mongo.database("referrals").referrals.count_documents({})
    assert nobody.refer().status_code == 401
    assert nobody.ask("GET", "/referrals").json() == {"items": [], "next": None}
    assert mongo.database("referrals").referrals.count_documents({}) == before


def test_nobody_comes_in_without_a_token(people: People) -> None:
    assert httpx.get(f"{people.url}/referrals").status_code == 401


def test_a_list_is_paged_newest_first_by_status(people: People) -> None:
    clinic = people.agency("paged-clinic")
    references = [clinic.referred() for _ in range(5)]
    people.staff().decide(references[1], "accept")
    assert listed(clinic, limit=2) == references[::-1]
    assert listed(clinic, status="accepted") == [references[1]]
    assert listed(clinic, status="received", limit=3) == [references[n] for n in (4, 3, 2, 0)]
    assert clinic.ask("GET", "/referrals", limit=0).status_code == 422
    assert clinic.ask("GET", "/referrals", after="nowhere").status_code == 400
