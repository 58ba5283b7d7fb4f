"""Rotas of a story: who is on duty in its area, as managers save it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.scenarios.cast import Person
from tests.scenarios.story import Story

ZONE = "Europe/London"


def keeps_a_rota(
    story: Story, *turns: Person, fallback: Person, tier: str = "responders", **more: Any
) -> None:
    """Have people take turns of a week each, the first of them from yesterday on."""
    begins = (story.world.now() - timedelta(days=1)).astimezone(ZoneInfo(ZONE))
    layer = {
        "team": "all",
        "people": [each.id for each in turns],
        "begins": f"{begins:%Y-%m-%dT%H:%M}",
        "turn": {"unit": "weeks", "length": 1},
        "hours": more.pop("hours", []),
    }
    plan = {"zone": ZONE, "fallback": fallback.id, "layers": [layer], "version": 0}
    answer = story.maya.asks("PUT", f"/rotas/{story.area}/{tier}", json=plan | more)
    assert answer.is_success, answer.text
    story.world.rest()


def swap(story: Story, tier: str = "responders") -> None:
    """Have the one on duty and the one after her take each other's shift."""
    now = story.world.now()
    span = {"since": now.isoformat(), "until": (now + timedelta(weeks=3)).isoformat()}
    path = f"/rotas/{story.area}/{tier}"
    first, second, *_ = story.maya.asks("GET", f"{path}/shifts", params=span).json()["items"]
    sides = {
        name: {key: shift[key] for key in ("from", "until", "person")}
        for name, shift in (("first", first), ("second", second))
    }
    answer = story.maya.asks("POST", f"{path}/swaps", json=sides)
    assert answer.is_success, answer.text
    story.world.rest()
