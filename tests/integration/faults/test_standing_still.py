"""A process stands still for longer than its lease, others go on, and it wakes up again.

Standing still is worse than dying: it believes that it still has what was taken over from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.integration.faults.pipeline import BRIEF, Came, Pipeline, woman
from tests.support import until
from tests.support.stack import Stack

ONCE = Came(referrals=1, assessments=1, alerts=1, case_files=1, is_answered=True)
UNANSWERED_S = 30
"""RabbitMQ gives up who has not answered for two heartbeats of ten seconds, and then some."""


@pytest.fixture(scope="module")
def pipeline(stack: Stack, tokens: Any) -> Iterator[Pipeline]:
    made = Pipeline(stack, tokens)
    made.listen()
    yield made
    made.end()


def reference_of(pipeline: Pipeline, known: set[str]) -> str:
    """Return the reference of the referral that is stored since."""
    found = pipeline.stack.mongo.database("referrals").referrals.find({}, {"reference": 1})
    [new] = {each["reference"] for each in found} - known
    return new


def stored(pipeline: Pipeline) -> set[str]:
    return set(pipeline.stack.mongo.database("referrals").referrals.distinct("reference"))


@pytest.mark.parametrize("point", ["saved", "published", "confirmed", "clearing"])
def test_what_a_publisher_had_in_hand_goes_on_without_it_and_happens_once(
    point: str, pipeline: Pipeline
) -> None:
    stack, known, body = pipeline.stack, stored(pipeline), woman()
    said = pipeline.ids_said("risk", "risk_assessed")
    pipeline.doom(f"{point}:stop", ["referrals"])
    stack.wait("referrals")
    with ThreadPoolExecutor(1) as agency:
        answer = agency.submit(pipeline.refer, point, body)
        until(lambda: stack.stands_still("referrals"))
        stack.start("referrals", "worker", ready=False, **BRIEF)
        reference = until(lambda: reference_of(pipeline, known))
        until(lambda: pipeline.came(reference) == ONCE, within=20)
        stack.resume("referrals")
        assert answer.result().json()["reference"] == reference
    stack.kill("referrals-worker")
    pipeline.settle(reference)
    assert pipeline.came(reference) == ONCE
    assert len(pipeline.ids_said("risk", "risk_assessed") - said) == 1
    assert pipeline.dead_letters == 0


def test_what_a_hearer_had_in_hand_is_heard_by_another_and_happens_once(
    pipeline: Pipeline,
) -> None:
    stack = pipeline.stack
    said = pipeline.ids_said("risk", "risk_assessed")
    pipeline.doom("saving:stop", ["risk"])
    reference = pipeline.refer("hearer", woman()).json()["reference"]
    until(lambda: stack.stands_still("risk"), within=15)
    stack.start("risk", "worker", **BRIEF)
    until(lambda: pipeline.came(reference) == ONCE, within=UNANSWERED_S)
    stack.resume("risk")
    pipeline.settle(reference)
    assert pipeline.came(reference) == ONCE
    assert len(pipeline.ids_said("risk", "risk_assessed") - said) == 1
    assert pipeline.dead_letters == 0
