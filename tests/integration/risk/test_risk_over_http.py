"""The risk service by its HTTP door: who may read and add what, and what is written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.chassis import clock
from tests.integration.risk.said import CALM, Case
from tests.support import published

WORDS = "Her brother Marek has a key"
JUDGED = {"professional_judgement": {"level": "high", "concern": WORDS, "rationale": WORDS}}

Ask = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def risk(stack: Any) -> str:
    return stack.start("risk")


@pytest.fixture
def heard(broker: Any, risk: str) -> Iterator[Any]:
    assert risk
    with published(broker, "risk.events") as events:
        yield events


@pytest.fixture
def case(broker: Any, heard: Any) -> Case:
    """A case of Perugia that was referred, with nothing known of it yet."""
    made = Case(broker)
    made.referred(**CALM)
    made.assessed(heard)
    return made


@pytest.fixture
def ask(risk: str, tokens: Any, case: Case) -> Ask:
    def asking(
        method: str = "GET",
        *,
        role: str = "practitioner",
        area: str = "perugia",
        key: str | None = None,
        **options: Any,
    ) -> httpx.Response:
        headers = tokens.headers(role=role, audience="risk", area=area)
        headers |= {"Idempotency-Key": key} if key else {}
        url = f"{risk}/cases/{case.reference}/assessments"
        return httpx.request(method, url, headers=headers, **options)

    return asking


def test_a_practitioner_of_the_area_reads_everything_it_rests_on(ask: Ask) -> None:
    answer = ask()
    (item,) = answer.json()["items"]
    assert answer.status_code == 200
    assert (item["number"], item["score"], item["score_max_if_unknown"]) == (1, 0, 24)
    assert (item["not_stated"], item["items"], item["band"]) == (24, 24, "standard")
    assert item["level_if_unknown"] == "high"
    assert item["ruleset_version"] == "dash24-2026.1"


def test_a_practitioner_of_another_area_finds_nothing(ask: Ask) -> None:
    assert ask(area="cluj").status_code == 404
    assert ask("POST", area="cluj", json=JUDGED).status_code == 404


def test_a_woman_who_moved_is_seen_from_both_areas(ask: Ask, case: Case, heard: Any) -> None:
    case.area = "cluj"
    case.referred(**CALM)
    case.assessed(heard, times=2)
    assert ask(area="cluj").status_code == ask(area="perugia").status_code == 200


@pytest.mark.parametrize("role", ["agency_worker", "agency_admin", "ops", "researcher", "admin"])
def test_others_are_turned_away(ask: Ask, role: str) -> None:
    assert ask(role=role, area="*").status_code == 403


def test_a_judgement_raises_the_level_and_keeps_its_reason(
    ask: Ask, case: Case, heard: Any
) -> None:
    answer = ask("POST", json=JUDGED)
    item = answer.json()
    assert answer.status_code == 201
    assert (item["number"], item["actuarial_level"], item["band"]) == (2, "standard", "high")
    assert item["professional_judgement"]["rationale"] == WORDS
    assert ask().json()["items"][0] == item
    said = case.assessed(heard, times=2)[-1]
    assert said["data"]["source"]["kind"] == "reassessment"
    assert "Marek" not in str(said)


def test_free_text_is_sealed_in_the_database(ask: Ask, case: Case, mongo: Any) -> None:
    ask("POST", json=JUDGED)
    stored = mongo.database("risk")["risk"].find_one({"_id": case.id})
    assert "Marek" not in str(stored)
    assert stored["judgement"]["rationale"].subtype == 6


def test_a_lower_judgement_is_shown_as_dissent(ask: Ask) -> None:
    ask("POST", json={"answers": {"severity": "yes"}})
    lower = {"level": "standard", "rationale": "She says it has stopped"}
    item = ask("POST", json={"professional_judgement": lower}).json()
    assert (item["band"], item["dissent"]["level"]) == ("high", "standard")


def test_changed_answers_are_shown_against_those_before(ask: Ask) -> None:
    ask("POST", json={"answers": {"animals": "dont_know", "injury": "no"}})
    item = ask("POST", json={"answers": {"animals": "yes"}}).json()
    assert item["changes"] == [{"item": "animals", "from": "dont_know", "to": "yes"}]
    assert item["factors"] == ["animals"]
    assert item["worsened"]


def test_the_day_of_an_incident_counts(ask: Ask) -> None:
    today = clock.now().date()
    days = [str(today - timedelta(days=ago)) for ago in (40, 20)]
    answers = [ask("POST", json={"incident_on": day}).json() for day in days]
    assert [answer["incidents_12_months"] for answer in answers] == [1, 2]


def test_sending_it_again_is_assessed_once(ask: Ask) -> None:
    body = {"answers": {"injury": "yes"}}
    first, second = ask("POST", key="k-1", json=body), ask("POST", key="k-1", json=body)
    assert first.json() == second.json()
    assert len(ask().json()["items"]) == 2
    other = ask("POST", key="k-1", json={"answers": {"injury": "no"}})
    assert other.status_code == 409


def test_every_fault_is_told_at_once_and_nothing_is_stored(ask: Ask) -> None:
    body = {"answers": {"injury": "perhaps"}, "professional_judgement": {"level": "high"}, "x": 1}
    answer = ask("POST", json=body)
    problem = answer.json()
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert [fault["pointer"] for fault in problem["errors"]] == [
        "#/answers/injury",
        "#/professional_judgement/rationale",
        "#/x",
    ]
    assert len(ask().json()["items"]) == 1


def test_an_item_of_another_instrument_is_refused(ask: Ask) -> None:
    answer = ask("POST", json={"answers": {"hurt_children": "yes"}})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/item-not-of-instrument"


def test_a_long_history_is_read_in_parts(ask: Ask) -> None:
    for answer in ("yes", "no", "yes"):
        ask("POST", json={"answers": {"animals": answer}})
    first = ask(params={"limit": 3}).json()
    rest = ask(params={"limit": 3, "after": first["next"]}).json()
    numbers = [item["number"] for item in first["items"] + rest["items"]]
    assert (numbers, rest["next"]) == ([4, 3, 2, 1], None)


def test_reading_is_written_down(ask: Ask, case: Case, mongo: Any) -> None:
    ask(role="manager")
    log = mongo.database("risk")["access_log"]
    (entry,) = log.find({"case": case.reference})
    assert (entry["who"], entry["role"]) == ("person-1", "manager")


def test_no_spelling_of_a_reference_hides_a_read(
    risk: str, tokens: Any, case: Case, mongo: Any
) -> None:
    headers = tokens.headers(role="manager", audience="risk", area=case.area)
    spelt = case.reference.replace("-", "").lower()
    assert httpx.get(f"{risk}/cases/{spelt}/assessments", headers=headers).status_code == 200
    assert httpx.get(f"{risk}/cases/{case.id}/assessments", headers=headers).status_code == 404
    log = mongo.database("risk")["access_log"]
    assert log.count_documents({"case": case.reference}) == 1


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"instrument": "\\ud800"}'])
def test_what_no_text_can_hold_is_no_json(risk: str, tokens: Any, case: Case, body: bytes) -> None:
    headers = tokens.headers(role="manager", audience="risk", area=case.area)
    headers |= {"Content-Type": "application/json"}
    answer = httpx.post(f"{risk}/cases/{case.reference}/assessments", headers=headers, content=body)
    assert answer.status_code == 400


def test_a_case_that_nobody_knows_is_not_found(risk: str, tokens: Any) -> None:
    headers = tokens.headers(role="practitioner", audience="risk")
    answer = httpx.get(f"{risk}/cases/C-0000-0000/assessments", headers=headers)
    assert answer.status_code == 404
