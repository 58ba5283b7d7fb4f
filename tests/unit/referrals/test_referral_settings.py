"""A referral may name the areas that have a team, and the matching key has to be there."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from services.chassis.settings import BadSettings
from services.referrals.settings import AREAS, read_referral_settings

KEY, DRILL = "BLIND_INDEX_KEY_FILE", "DRILL_EVERY_S"


@pytest.fixture(autouse=True)
def only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (KEY, "AREAS", DRILL):
        monkeypatch.delenv(name, raising=False)


def test_the_partners_areas_are_served_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "blind.key")
    settings = read_referral_settings()
    assert (settings.areas, settings.blind_index_key) == (AREAS, Path("blind.key"))


def test_areas_are_told_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, "blind.key")
    monkeypatch.setenv("AREAS", "cluj,perugia")
    assert read_referral_settings().areas == ("cluj", "perugia")


@pytest.mark.parametrize(
    ("told", "every"), [(None, timedelta(minutes=1)), ("2.5", timedelta(seconds=2.5)), ("0", None)]
)
def test_a_drill_is_held_each_minute_unless_told(
    told: str | None, every: timedelta | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "blind.key")
    if told is not None:
        monkeypatch.setenv(DRILL, told)
    assert read_referral_settings().drill_every == every


@pytest.mark.parametrize("told", ["-1", "often"])
def test_what_is_no_number_of_seconds_is_refused(
    told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, "blind.key")
    monkeypatch.setenv(DRILL, told)
    with pytest.raises(BadSettings, match=DRILL):
        read_referral_settings()


@pytest.mark.parametrize("told", [{}, {KEY: "blind.key", "AREAS": ""}])
def test_what_is_missing_is_named(told: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettings, match=f"{KEY}|AREAS"):
        read_referral_settings()
