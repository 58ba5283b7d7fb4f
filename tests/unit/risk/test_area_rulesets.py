"""Rule sets of areas: each has a version, and holds together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from environs import Env

from services.chassis.settings import BadSettings
from services.risk.domain.ruleset import Band, Ruleset
from services.risk.settings import read_rulebook, ruleset


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "rulesets.json"
    monkeypatch.setenv("RISK_RULESETS_FILE", str(path))
    return path


def test_without_a_file_the_default_holds_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RISK_RULESETS_FILE", raising=False)
    assert read_rulebook(Env()).of("cluj") == Ruleset()


def test_an_area_changes_the_figures_that_it_names(file: Path) -> None:
    days = {"standard": 60, "medium": 21, "high": 5}
    told = {"version": "cluj-1", "threshold": 12, "review_after_days": days}
    file.write_text(json.dumps({"cluj": told}))
    rules = read_rulebook().of("cluj")
    assert (rules.version, rules.threshold, rules.medium_from) == ("cluj-1", 12, 10)
    assert rules.review_after_days[Band.HIGH] == 5


@pytest.mark.parametrize(
    "told",
    [
        {"threshold": 12},
        {"version": Ruleset().version, "threshold": 12},
        {"version": "x", "treshold": 12},
        {"version": "x", "threshold": 9},
        {"version": "x", "scored": ["DASH-25"]},
        {"version": "x", "review_after_days": {"high": 1}},
    ],
)
def test_a_ruleset_that_does_not_hold_together_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="ruleset"):
        ruleset(told)


@pytest.mark.parametrize(
    "text", ["[", "[]", '{"cluj": 3}', '{"cluj": {"version": "x", "threshold": "9"}}']
)
def test_a_file_that_cannot_be_read_ends_the_start_with_a_sentence(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(BadSettings, match="RISK_RULESETS_FILE"):
        read_rulebook()


def test_a_file_that_is_not_there_is_told(file: Path) -> None:
    assert not file.exists()
    with pytest.raises(BadSettings, match="RISK_RULESETS_FILE"):
        read_rulebook()
