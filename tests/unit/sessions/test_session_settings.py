"""Each area's rule for missed sessions comes from the environment."""

from __future__ import annotations

import pytest
from environs import Env

from services.chassis.settings import BadSettings
from services.sessions.domain.engagement import Rules
from services.sessions.settings import read_rules


def rules(monkeypatch: pytest.MonkeyPatch, **settings: str) -> Rules:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return read_rules(Env())


def test_two_are_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rules(monkeypatch).of("cluj").lapses_at == 2


def test_an_area_decides_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    read = rules(
        monkeypatch, ENGAGEMENT_LAPSES_AT="3", ENGAGEMENT_LAPSES_AT_BY_AREA="cluj=4,perugia=1"
    )
    assert [read.of(area).lapses_at for area in ("cluj", "perugia", "budapest-13")] == [4, 1, 3]


@pytest.mark.parametrize(
    "settings",
    [
        {"ENGAGEMENT_LAPSES_AT": "0"},
        {"ENGAGEMENT_LAPSES_AT": "two"},
        {"ENGAGEMENT_LAPSES_AT_BY_AREA": "cluj=0"},
        {"ENGAGEMENT_LAPSES_AT_BY_AREA": "cluj"},
    ],
)
def test_a_wrong_number_is_refused(
    settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(BadSettings):
        rules(monkeypatch, **settings)
