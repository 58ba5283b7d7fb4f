"""Every service is killed at every durable step on a referral's way, and each effect happens once.

All four services die at the same point, each when it first comes there, and are started again; the
agency repeats its request until it is answered. Only what is there in the end is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from signal import SIGKILL
from typing import Any

import pytest

from services.chassis.failpoints import POINTS
from tests.integration.faults.pipeline import SERVICES, Came, Pipeline, woman
from tests.support.servers import SharedBroker, SharedMongo
from tests.support.stack import Stack

AT_ONCE = 2
EVERYBODY = frozenset(SERVICES)
REFERRALS = frozenset({"referrals"})
TURNING = frozenset({"referrals", "risk", "notifications"})
WHO_DIES: Mapping[str, frozenset[str]] = {
    "saving": EVERYBODY,
    "saved": EVERYBODY,
    "claiming": REFERRALS,
    "claimed": REFERRALS,
    "publishing": REFERRALS | {"risk", "notifications"},
    "published": REFERRALS | {"risk", "notifications"},
    "confirmed": REFERRALS | {"risk", "notifications"},
    "clearing": REFERRALS | {"risk", "notifications"},
    "cleared": REFERRALS | {"risk", "notifications"},
    "hearing": EVERYBODY,
    "handled": EVERYBODY,
    "answering": EVERYBODY,
    "ticking": TURNING,
    "ticked": TURNING,
}
"""Which services come to which points on the way of one referral; sessions only listens there."""

ELSEWHERE = frozenset({"moving", "moved", "relayed", "noting"})
"""Points that lie off this way, with tests of their own."""


@dataclass(frozen=True)
class Outcome:
    """What was there in the end."""

    deaths: Mapping[str, int]
    came: Came
    assessed: int
    raised: int
    dead_letters: int
    repeated: tuple[int, bool]


@dataclass
class Matrix:
    """All points, some at once, each lane with processes of its own."""

    lanes: SimpleQueue[Pipeline]

    def run(self, point: str) -> Outcome:
        """Have everybody die at a point, and return what came of it."""
        lane = self.lanes.get()
        try:
            return outcome(lane, point)
        finally:
            self.lanes.put(lane)


def outcome(lane: Pipeline, point: str) -> Outcome:
    before = {name: lane.ids_said(*name) for name in (ASSESSED, RAISED)}
    body = woman()
    lane.doom(f"{point}:kill")
    reference = lane.refer(point, body).json()["reference"]
    lane.settle(reference, lambda: set(lane.deaths) == WHO_DIES[point])
    again = lane.refer(point, body)
    return Outcome(
        deaths=dict(lane.deaths),
        came=lane.came(reference),
        assessed=len(lane.ids_said(*ASSESSED) - before[ASSESSED]),
        raised=len(lane.ids_said(*RAISED) - before[RAISED]),
        dead_letters=lane.dead_letters,
        repeated=(again.status_code, again.json()["reference"] == reference),
    )


ASSESSED, RAISED = ("risk", "risk_assessed"), ("notifications", "alert_raised")


@pytest.fixture(scope="module")
def outcomes(
    startable: Any, keys: Any, tokens: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Future[Outcome]]]:
    """What came of each point; the lanes work on while the first is judged."""
    lanes: SimpleQueue[Pipeline] = SimpleQueue()
    made = [
        lane(startable, keys, tokens, tmp_path_factory.mktemp(f"lane{number}"))
        for number in range(AT_ONCE)
    ]
    for each in made:
        lanes.put(each)
    matrix = Matrix(lanes)
    with ThreadPoolExecutor(AT_ONCE) as workers:
        yield {point: workers.submit(matrix.run, point) for point in WHO_DIES}
        workers.shutdown(cancel_futures=True)
    for each in made:
        each.end()


def lane(startable: Any, keys: Any, tokens: Any, folder: Path) -> Pipeline:
    broker, mongo = SharedBroker(startable), SharedMongo(startable)
    made = Pipeline(Stack(broker, mongo, keys, folder), tokens)
    made.listen()
    return made


@pytest.mark.parametrize("point", WHO_DIES)
def test_whoever_dies_there_each_effect_happens_once(
    point: str, outcomes: Mapping[str, Future[Outcome]]
) -> None:
    found = outcomes[point].result(timeout=110)
    assert found == Outcome(
        deaths=dict.fromkeys(WHO_DIES[point], -SIGKILL),
        came=Came(referrals=1, assessments=1, alerts=1, case_files=1, is_answered=True),
        assessed=1,
        raised=1,
        dead_letters=0,
        repeated=(200, True),
    )


def test_no_point_is_left_out() -> None:
    assert WHO_DIES.keys() | ELSEWHERE == POINTS.keys()
