"""A drill is scored by the rule of referrals, and what comes of it is told and not kept."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.contracts.catalogue import read, write
from services.contracts.dash import DASH_24
from services.risk.announcements import announce_drill
from services.risk.domain.assessment import Source, Told
from services.risk.domain.drill import Drill, score
from services.risk.domain.events import RiskAssessed
from services.risk.domain.ruleset import Answer, Band, Rulebook
from tests.support import example

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def told(**changed: Answer) -> Told:
    """Return what the golden example of a drill says, with some answers changed."""
    sheet = example("drill_begun")["data"]["answers"]
    answers = {item: Answer(answer) for item, answer in sheet.items()} | changed
    source = Source("drill", "event-1", NOON, "service:referrals")
    return Told("drill-1", source, instrument="DASH-24", answers=answers)


def test_the_sheet_is_high_by_the_count_alone() -> None:
    made = score(told(), Rulebook(), at=NOON)
    assert (made.band, made.finding.score.yes) == (Band.HIGH, 14)
    assert [ground.value for ground in made.finding.grounds] == ["visible_high_risk"]


@pytest.mark.parametrize("item", [i for i in DASH_24 if i not in ("frequency", "severity")])
def test_one_answer_less_is_not_high_so_a_rule_that_miscounts_shows(item: str) -> None:
    made = score(told(), Rulebook(), at=NOON)
    without = score(told(**{item: Answer.NO}), Rulebook(), at=NOON)
    assert (without.band is Band.HIGH) is (item not in made.finding.factors)


def test_what_is_said_fits_the_contract() -> None:
    made = score(told(), Rulebook(), at=NOON)
    drill, (event,) = Drill().scored(7, made, began_at=NOON)
    data = read("drill_assessed", 1, write(announce_drill(drill, event)))
    assert (data["number"], data["band"], data["began_at"]) == (7, "high", NOON)
    with pytest.raises(TypeError, match="RiskAssessed"):
        announce_drill(drill, RiskAssessed("a"))
