"""The examples are taken, or refused, exactly as the demonstration tells."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from marshmallow import ValidationError

from deploy.local.generate import AREAS, referrals
from deploy.local.story import moved, read_story
from services.contracts.dash import GROUNDS
from services.referrals.schemas import SubmitReferral
from services.risk.domain.dash import Evidence, Finding, IncidentCount, find
from services.risk.domain.ruleset import Answer, Band, Ruleset
from services.sessions.schemas import RecordSession
from tests.house.source import ROOT

EXAMPLES = ROOT / "examples"
STORY = json.loads((EXAMPLES / "demonstration.json").read_text(encoding="utf-8"))
NOON = datetime.fromisoformat(STORY["written_on"]).replace(hour=12, tzinfo=UTC)
GOOD = [told for told in STORY["referrals"] if "band" in told]
BAD = [told for told in STORY["referrals"] if "faults" in told]


def example(folder: str, name: str) -> dict[str, Any]:
    """Return an example as the demonstration would tell it yesterday."""
    days = date.today() - NOON.date() - timedelta(days=1)
    body: dict[str, Any] = json.loads((EXAMPLES / folder / f"{name}.json").read_text("utf-8"))
    return moved(body, days)


def faults(errors: object) -> Iterator[str]:
    """Yield every sentence in marshmallow's nested answer."""
    if isinstance(errors, dict):
        for inner in errors.values():
            yield from faults(inner)
    elif isinstance(errors, list):
        yield from errors


def finding(body: dict[str, Any], told_in_session: dict[str, str] | None = None) -> Finding:
    """Score an example as risk would a case of which nothing else is known."""
    judgement = body.get("professional_judgement")
    marac = body.get("previous_marac_on")
    count = body.get("incidents_12_months")
    answers = {**body["answers"], **(told_in_session or {})}
    evidence = Evidence(
        instrument=body["instrument"],
        at=NOON,
        answers={item: Answer(answer) for item, answer in answers.items()},
        grade=Band(body["grade"]) if body.get("grade") else None,
        judgement=Band(judgement["level"]) if judgement else None,
        incident_counts=() if count is None else (IncidentCount(count, NOON),),
        further_incidents_at=(NOON,) if body.get("further_incident") == "yes" else (),
        marac_level_at=(NOON - timedelta(days=150),) if marac else (),
    )
    return find(Ruleset(), evidence)


@pytest.mark.parametrize("told", GOOD, ids=lambda told: told["file"])
def test_a_good_example_is_taken_and_scored_as_the_story_says(told: dict[str, Any]) -> None:
    body = example("referrals", told["file"])
    SubmitReferral().load(body)
    found = finding(body)
    assert found.level == told["band"]
    assert set(told["grounds"]) <= {ground.value for ground in found.grounds}


@pytest.mark.parametrize("told", BAD, ids=lambda told: told["file"])
def test_a_bad_example_is_refused_with_all_its_faults(told: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        SubmitReferral().load(example("referrals", told["file"]))
    assert len(list(faults(refused.value.messages))) >= told["faults"]


@pytest.mark.parametrize("told", STORY["sessions"], ids=lambda told: told["file"])
def test_a_session_raises_the_case_as_the_story_says(told: dict[str, Any]) -> None:
    session = example("sessions", told["file"])
    found = finding(example("referrals", told["referral"]), session["disclosures"])
    assert found.level == told["band"]
    assert set(told["grounds"]) <= {ground.value for ground in found.grounds}


@pytest.mark.parametrize("name", sorted(one.stem for one in (EXAMPLES / "sessions").iterdir()))
def test_an_example_of_a_session_is_taken(name: str) -> None:
    RecordSession().load(example("sessions", name))


def test_the_story_tells_every_example() -> None:
    files = {one.stem for one in (EXAMPLES / "referrals").iterdir()}
    assert files == {told["file"] for told in STORY["referrals"]}


def test_the_story_can_be_told_on_any_day() -> None:
    later = read_story(NOON.date() + timedelta(days=400))
    assert len(later.referrals) == len(STORY["referrals"])
    assert later.referrals[3].body["previous_marac_on"] == "2027-07-29"
    assert later.referrals[3].body["client"] == example("referrals", "04-repeat-hu")["client"]
    assert later.sessions[0].body["held_at"] == "2027-12-27T14:00:00+00:00"


def test_the_examples_show_every_ground_and_every_language() -> None:
    bodies = [example("referrals", told["file"]) for told in GOOD]
    assert {body["language"] for body in bodies} == {"en", "ro", "it", "hu"}
    assert {ground for told in GOOD for ground in told["grounds"]} == set(GROUNDS)
    assert any("dont_know" in body["answers"].values() for body in bodies)


def test_generated_referrals_are_taken() -> None:
    for body in referrals(200, seed=7):
        SubmitReferral().load(body)


def test_the_same_seed_gives_the_same_referrals() -> None:
    today = NOON.date()
    first, again = (list(referrals(20, 3, today=today)) for _ in range(2))
    assert first == again
    assert first != list(referrals(20, 4, today=today))
    assert {body["area"] for body in first} == set(AREAS.values())
