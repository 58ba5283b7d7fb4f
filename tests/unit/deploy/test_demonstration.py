"""The judge of the demonstration notices a loss, a double, too low a level; its text is plain."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.local.ledger import Ledger, judge
from deploy.local.performance import Performance, Step
from deploy.local.telling import Telling
from deploy.local.visitors import Call, events

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WHOLE = {"file": {"state": "open"}, "client": {}, "assessments": [{}]}


@dataclass
class Reader:
    """A practitioner whose inbox and cases are what a test says."""

    whole: dict[str, Any] | None
    calls: list[Call] = field(default_factory=list)

    async def look(self, _path: str) -> dict[str, Any] | None:
        return self.whole


def call(at: datetime = NOON, case: str = "C-1") -> Call:
    return Call(1.25, {"case_reference": case, "at": at.isoformat(), "reference": "A-1"})


def step(reader: Reader, band: str | None = "high", least: str = "high") -> Step:
    scored = band and {"band": band, "number": 1, "assessed_at": NOON.isoformat(), "grounds": []}
    made = Step("first", "R-1", "C-1", reader, least, 1.0, NOON, scored=scored or None)
    made.call = next(iter(made.calls), None)
    return made


def judged(*steps: Step) -> Ledger:
    performed = Performance({}, (), steps[0].reader, Telling(lambda _: None, is_colourful=False))
    performed.steps = {f"{number}": one for number, one in enumerate(steps)}
    performed.submitted = len(steps)
    return asyncio.run(judge(performed))


def reader(*calls: Call, **parts: Any) -> Reader:
    return Reader(WHOLE | {"client": {"case_reference": "C-1"}} | parts, list(calls))


def test_a_high_referral_that_called_once_is_balanced() -> None:
    ledger = judged(step(reader(call())))
    assert ledger.is_balanced
    assert (ledger.alerts, ledger.p50_ms, ledger.p99_ms) == (1, 250.0, 250.0)


def test_an_alert_that_never_came_is_a_loss() -> None:
    ledger = judged(step(reader(call(case="C-2"))))
    assert (ledger.lost, ledger.alerts) == (1, 0)
    assert ledger.missing == ["first (R-1) is high and called nobody"]


def test_an_alert_that_came_twice_is_told() -> None:
    ledger = judged(step(reader(call(), call(NOON + timedelta(seconds=1)))))
    assert ledger.missing == ["first (R-1) called 2 times"]


def test_a_call_of_the_next_step_of_the_same_case_is_not_a_double() -> None:
    later = NOON + timedelta(seconds=5)
    first = step(reader(call(), call(later)))
    first.until = later
    assert judged(first).is_balanced


@pytest.mark.parametrize("part", ["file", "client", "assessments"])
def test_a_case_that_lacks_a_part_is_a_loss(part: str) -> None:
    ledger = judged(step(reader(call(), **{part: None})))
    assert ledger.lost == 1


def test_a_referral_without_any_case_is_one_loss() -> None:
    ledger = judged(step(Reader(None), band=None))
    assert ledger.lost == 1
    assert len(ledger.missing) == 4


def test_a_level_below_the_story_is_told() -> None:
    ledger = judged(step(reader(), band="medium"))
    assert ledger.missing == ["first (R-1) is medium, not high"]


def test_a_level_above_the_story_is_what_a_second_play_brings() -> None:
    assert judged(step(reader(call()), least="medium")).is_balanced


def told(*, is_colourful: bool) -> list[str]:
    lines: list[str] = []
    tell = Telling(lines.append, is_colourful=is_colourful)
    tell.heading("Referrals", "accepted", "scored", "in inbox")
    tell.step("R-7F3K-9QX6", (9.4, 12.0, None), "high", "sixteen yes", "repeat")
    return lines


def test_the_text_is_plain_where_nobody_looks_at_a_terminal() -> None:
    assert told(is_colourful=False) == [
        "",
        "Referrals         accepted      scored    in inbox",
        "R-7F3K-9QX6           9 ms       12 ms              high      sixteen yes (repeat)",
    ]


def test_the_text_has_colours_on_a_terminal() -> None:
    assert "\033[1;31mhigh" in told(is_colourful=True)[-1]


class Answer:
    """An answer whose lines are a stream of server-sent events."""

    async def aiter_lines(self) -> AsyncIterator[str]:
        for line in ("id: 1", "", ": ping", "", "event: alert_raised", 'data: {"a": 1}', ""):
            yield line


def test_events_are_read_and_pings_are_not() -> None:
    async def read() -> list[dict[str, str]]:
        return [event async for event in events(Answer())]

    assert asyncio.run(read()) == [{"id": "1"}, {"event": "alert_raised", "data": '{"a": 1}'}]
