"""The public API in front of the real referrals service: relayed unchanged, each agency its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.integration.portal.door import Portal
from tests.support import until

REFERRALS = "/api/v1/referrals"
EXAMPLE = Path(__file__).parents[3] / "examples" / "referrals" / "01-visible-high-risk.json"


@pytest.fixture(scope="module")
def portal(portal: Portal, stack: Any) -> Portal:
    """The portal with referrals behind it; the three other services are not there."""
    stack.start("referrals")
    return portal


def body() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    return told | {"agency_reference": f"test-{uuid4()}"}


def refer(web: httpx.Client, told: dict[str, Any], key: str | None = None) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return web.post(REFERRALS, json=told, headers=headers)


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).removeprefix("/problems/")


def references(web: httpx.Client) -> set[str]:
    return {item["reference"] for item in web.get(REFERRALS).json()["items"]}


def test_an_agency_refers_and_follows_what_became_of_it(portal: Portal) -> None:
    police = portal.system()
    made = refer(police, body())
    assert made.status_code == 201, made.text
    reference = made.json()["reference"]
    read = police.get(f"{REFERRALS}/{reference.lower().replace('-', '')}")
    assert (read.status_code, read.json()["status"]) == (200, "received")
    assert reference in references(police)


def test_an_agency_is_told_nothing_that_identifies_anybody(portal: Portal) -> None:
    told = body()
    answer = refer(portal.system(), told)
    assert told["client"]["family_name"] not in answer.text
    assert set(answer.json()) <= {
        "reference",
        "agency_reference",
        "status",
        "reason_code",
        "submitted_at",
        "updated_at",
    }


def test_another_agency_sees_neither_the_referral_nor_that_it_exists(portal: Portal) -> None:
    reference = refer(portal.system(), body()).json()["reference"]
    hospital = portal.system("northgate")
    answer = hospital.get(f"{REFERRALS}/{reference}")
    assert (answer.status_code, slug(answer)) == (404, "not-found")
    assert reference not in references(hospital)
    withdrawn = hospital.post(f"{REFERRALS}/{reference}/decisions", json={"decision": "withdraw"})
    assert withdrawn.status_code == 404
    assert portal.system().get(f"{REFERRALS}/{reference}").json()["status"] == "received"


def test_a_worker_of_the_agency_sees_what_its_system_sent(portal: Portal) -> None:
    reference = refer(portal.system(), body()).json()["reference"]
    assert portal.signed_in("officer").get(f"{REFERRALS}/{reference}").status_code == 200


def test_staff_of_another_area_do_not_see_it(portal: Portal) -> None:
    reference = refer(portal.system(), body()).json()["reference"]
    assert portal.signed_in("ana").get(f"{REFERRALS}/{reference}").status_code == 404


def test_sent_twice_is_once_and_other_content_is_refused(portal: Portal) -> None:
    told, key = body(), str(uuid4())
    first, second = [refer(portal.system(), told, key) for _ in range(2)]
    assert first.json()["reference"] == second.json()["reference"]
    assert second.headers["idempotent-replay"] == "true"
    other = refer(portal.system(), told | {"reason": "Something else."}, key)
    assert other.status_code == 409


def test_every_fault_is_told_at_once_and_nothing_is_stored(portal: Portal) -> None:
    told = body()
    told["client"] |= {"born_on": "2999-01-01", "height": 170}
    told["answers"] |= {"weather": "yes"}
    before = references(portal.system())
    answer = refer(portal.system(), told)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    pointers = {fault["pointer"] for fault in answer.json()["errors"]}
    assert {"#/client/born_on", "#/client/height", "#/answers/weather"} <= pointers
    assert references(portal.system()) == before


def test_a_worker_writes_with_her_session_and_its_token(portal: Portal) -> None:
    officer = portal.signed_in("officer")
    assert refer(officer, body()).status_code == 201
    del officer.headers["X-CSRF-Token"]
    assert slug(refer(officer, body())) == "not-from-our-page"


def test_what_is_not_json_is_refused(portal: Portal) -> None:
    police = portal.system()
    form = police.post(REFERRALS, data={"reason": "help"})
    assert (form.status_code, slug(form)) == (415, "not-json")
    as_json = {"Content-Type": "application/json"}
    broken = police.post(REFERRALS, content=b"{", headers=as_json)
    assert (broken.status_code, slug(broken)) == (400, "not-json")


def test_a_body_that_is_too_long_is_refused(portal: Portal) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(5):
            yield b" " * 64 * 1024

    for content in (b" " * (256 * 1024 + 1), chunks()):
        as_json = {"Content-Type": "application/json"}
        answer = portal.system().post(REFERRALS, content=content, headers=as_json)
        assert (answer.status_code, slug(answer)) == (413, "body-too-large")


@pytest.mark.parametrize("path", ["/R-0000-0001", "/nothing", "/../../metrics", "/R-7F3K-9QX2"])
def test_what_is_no_reference_leads_nowhere(portal: Portal, path: str) -> None:
    assert portal.system().get(REFERRALS + path).status_code == 404


def test_unknown_addresses_and_methods_are_problems_too(portal: Portal) -> None:
    police = portal.system()
    assert slug(police.get("/api/v1/nothing")) == "not-found"
    answer = police.delete(REFERRALS)
    assert (answer.status_code, slug(answer)) == (405, "method-not-allowed")
    assert {"GET", "POST"} & set(answer.headers["allow"].split(", "))


def test_a_silent_service_is_told_as_a_problem_that_says_what_to_do(
    portal: Portal, stack: Any
) -> None:
    told, key = body(), str(uuid4())
    stack.kill("referrals")
    answer = refer(portal.system(), told, key)
    assert (answer.status_code, slug(answer)) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    stack.start("referrals")
    assert refer(portal.system(), told, key).status_code == 201


def test_a_restarted_service_costs_nobody_a_request(portal: Portal, stack: Any) -> None:
    police = portal.system()
    assert police.get(REFERRALS).status_code == 200
    stack.kill("referrals")
    stack.start("referrals")
    assert police.get(REFERRALS).status_code == 200


def test_parts_of_a_case_that_cannot_be_had_are_named(portal: Portal, mongo: Any) -> None:
    refer(portal.system(), body())
    kept = mongo.database("referrals")["referrals"].find_one({"area": "london-rbkc"})
    answer = portal.signed_in("lea").get(f"/api/v1/cases/{kept['case_reference']}")
    assert answer.status_code == 200, answer.text
    case = answer.json()
    assert case["client"]["client"]["family_name"] == body()["client"]["family_name"]
    assert case["missing"] == ["alerts", "assessments", "file"]
    assert case["file"] is None


def test_a_case_of_which_nothing_can_be_had_is_not_invented(portal: Portal) -> None:
    assert portal.signed_in("lea").get("/api/v1/cases/C-5HW2-M4SA").status_code == 404


def test_one_trace_goes_through_portal_and_service(portal: Portal, stack: Any) -> None:
    trace = uuid4().hex
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    portal.system().get(REFERRALS, headers=headers)
    assert until(lambda: trace in stack.log("portal") and trace in stack.log("referrals"))


def test_nothing_that_was_sent_is_in_the_logs(portal: Portal, stack: Any) -> None:
    told = body()
    told["client"]["family_name"] = "Canaryfamilyname"
    refer(portal.system(), told)
    refer(portal.system(), told | {"area": "Canaryarea"})
    portal.system().get("/api/v1/referrals/Canaryreference?after=Canaryquery")
    assert "Canary" not in stack.log("portal")


@pytest.mark.parametrize(
    "path", ["/sign-in", REFERRALS, "/api/v1/nothing", "/nothing", "/health/live", "/api/docs"]
)
def test_every_answer_wears_the_security_headers(portal: Portal, path: str) -> None:
    headers = portal.visitor().get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


def test_who_asks_too_much_is_asked_to_come_again(portal: Portal, stack: Any) -> None:
    url = stack.start(
        "portal", "api", name="strict", PORTAL_RATE_PER_S="0.5", PORTAL_RATE_BURST="2"
    )
    strict = Portal(url, portal.keys)
    police = strict.system()
    statuses = [police.get(REFERRALS).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = police.get(REFERRALS)
    assert (slug(refused), refused.headers["retry-after"]) == ("too-many-requests", "2")
    assert strict.system("northgate").get(REFERRALS).status_code == 200
    metrics = strict.visitor().get("/metrics").text
    assert 'casework_portal_rate_limited_total{who="key"} 2.0' in metrics


def test_the_description_is_served_to_programs_and_people(portal: Portal) -> None:
    visitor = portal.visitor()
    assert visitor.get("/api/v1/openapi.json").json()["openapi"].startswith("3.1")
    page = visitor.get("/api/docs").text
    assert "/api/v1/referrals" in page
    assert "<script>" not in page
