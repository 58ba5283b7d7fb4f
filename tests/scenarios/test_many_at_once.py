"""Two hundred alerts, in one instant and in a stream, through a process that is not altered.

The instant comes first: nobody here hears what this service says, and that it says it all again
after a while would be measured as well.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from secrets import token_hex
from time import monotonic
from typing import Any

import httpx
import pytest
from pika.adapters.blocking_connection import BlockingChannel

from services.chassis import clock
from services.chassis.ids import new_id, new_reference
from services.contracts.catalogue import contract
from tests.scenarios.outside import Outside
from tests.support import Published, example, published, until
from tests.support.bus import channel_of
from tests.support.servers import SharedMongo
from tests.support.stack import Stack
from tests.support.tokens import Tokens

ALERTS, AREAS, AT_A_TIME, STOPPED_AMONG = 200, 10, 5, 60
MARK = token_hex(3)
WITHIN_S = 60.0
P99_MS, BURST_P99_MS = 1000, 5_000

Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def stack(
    broker: Any, mongo: Any, keys: Any, outside: Outside, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """Processes with nothing of them altered."""
    made = Stack(broker, mongo, keys, tmp_path_factory.mktemp("many"), outside.settings)
    yield made
    made.end()


@pytest.fixture(scope="module")
def url(stack: Stack) -> str:
    """The service as it is."""
    return stack.start("notifications")


def area(number: int) -> str:
    return f"many-{MARK}-{number % AREAS}"


def address(number: int) -> str:
    return f"{area(number)}@team.example"


def tell_people(url: str, tokens: Tokens) -> None:
    people = [
        {
            "id": area(number),
            "display_name": "Anna",
            "role": "practitioner",
            "areas": [area(number)],
            "email": address(number),
        }
        for number in range(AREAS)
    ]
    headers = tokens.headers(role="admin", audience="notifications")
    told = httpx.put(f"{url}/responders", json={"people": people}, headers=headers)
    assert told.is_success, told.text
    until(lambda: len(known(url, tokens)) == AREAS)


def known(url: str, tokens: Tokens) -> list[Any]:
    headers = tokens.headers(role="manager", audience="notifications", area="*")
    answer = httpx.get(f"{url}/responders", headers=headers)
    return [each for each in answer.json()["items"] if each["id"].startswith(f"many-{MARK}")]


@dataclass
class Crowd:
    """Cases that are assessed high, and when each was said and its first mail came."""

    broker: Any
    mongo: SharedMongo
    outside: Outside
    said: Published
    said_at: dict[str, float] = field(default_factory=dict)

    def assess(self, channel: BlockingChannel, number: int) -> None:
        """Say that one more case is high."""
        event = assessment(number)
        self.said_at[event["data"]["case_reference"]] = monotonic()
        key = contract("risk_assessed", 1).routing_key
        channel.basic_publish("risk.events", key, json.dumps(event).encode())

    def assess_all_at_once(self, count: int) -> None:
        """Say of so many cases that they are high, and wait until each has its mail."""
        with channel_of(self.broker) as channel:
            for number in range(count):
                self.assess(channel, number)
            self.wait_for_every_mail()

    def assess_one_after_the_other(self, count: int) -> None:
        """Keep so many under way at a time: the next is said when a mail has come."""
        with channel_of(self.broker) as channel:
            for number in range(count):
                until(lambda: self.under_way < AT_A_TIME, within=WITHIN_S)
                self.assess(channel, number)
            self.wait_for_every_mail()

    def wait_for_every_mail(self) -> None:
        """Return when each alert has its mail; fail with what is kept of those that have none."""
        try:
            until(lambda: self.under_way <= 0, within=WITHIN_S)
            until(lambda: len(self.arrived()) >= len(self.said_at), within=WITHIN_S)
        except AssertionError as error:
            raise AssertionError("\n".join(self._without_mail())) from error

    def _without_mail(self) -> Iterator[str]:
        kept, arrived = self.mongo.database("notifications"), self.arrived()
        yield f"{len(self.said_at)} cases, {len(self.said)} raised, {len(arrived)} mailed"
        for case in self.said_at:
            alert = kept.notifications.find_one({"case_reference": case}) or {}
            if alert.get("reference") not in arrived:
                notices = list(kept.notices.find({"alert_id": alert.get("_id")}))
                yield f"{case}: {alert.get('call')}, {alert.get('history')}, {notices}"

    @property
    def under_way(self) -> int:
        """Return how many have no mail yet; to count costs nothing of what is measured."""
        return len(self.said_at) - len(self.outside.mailbox.received)

    def arrived(self) -> dict[str, float]:
        """Return when the first mail of each alert came, by the reference in its subject."""
        first: dict[str, float] = {}
        mailbox = self.outside.mailbox
        for mail, at in zip(list(mailbox.received), list(mailbox.arrivals), strict=False):
            first.setdefault(next(w for w in mail["Subject"].split() if w.startswith("A-")), at)
        return first

    def noted(self) -> set[str]:
        """Return the alerts of which it is noted that a message has left."""
        kept = self.mongo.database("notifications").notices
        return {notice["alert_reference"] for notice in kept.find({"stage": "sent"})}

    def p99_ms(self) -> int:
        """Return how long 99 of 100 took from the event to the mail."""
        arrived = self.arrived()
        until(lambda: self.said_at.keys() <= set(self._cases().values()), WITHIN_S)
        cases = self._cases()
        took = sorted(at - self.said_at[cases[alert]] for alert, at in arrived.items())
        return round(took[len(took) * 99 // 100 - 1] * 1000)

    def _cases(self) -> dict[str, str]:
        """Return the case of each alert."""
        told = (event["data"] for event in self.said)
        return {each["alert_reference"]: each["case_reference"] for each in told}


def assessment(number: int) -> dict[str, Any]:
    event = example("risk_assessed")
    reference, at = new_reference("C"), clock.now().isoformat()
    event |= {"event_id": new_id(), "case_id": new_id(), "occurred_at": at}
    event["data"] |= {"assessment_id": new_id(), "case_reference": reference, "area": area(number)}
    event["data"]["source"]["at"] = at
    return event


@pytest.fixture
def crowd(
    url: str, broker: Any, mongo: SharedMongo, tokens: Tokens, outside: Outside
) -> Iterator[Crowd]:
    outside.heal()
    tell_people(url, tokens)
    with published(broker, "notifications.events", "alert_raised.v1") as warming:
        Crowd(broker, mongo, outside, warming).assess_all_at_once(AREAS)
    outside.heal()
    with published(broker, "notifications.events", "alert_raised.v1") as said:
        yield Crowd(broker, mongo, outside, said)


def test_of_two_hundred_alerts_in_one_instant_each_is_mailed_once(
    crowd: Crowd, record_property: Record
) -> None:
    crowd.assess_all_at_once(ALERTS)
    record_property("burst_first_notice_p99_ms", crowd.p99_ms())
    assert len(crowd.outside.mailbox.received) == len(crowd.arrived()) == ALERTS
    assert crowd.p99_ms() < BURST_P99_MS


def test_first_notices_are_mailed_within_a_second(crowd: Crowd, record_property: Record) -> None:
    crowd.assess_one_after_the_other(ALERTS)
    record_property("first_notice_p99_ms", crowd.p99_ms())
    assert crowd.p99_ms() < P99_MS


def test_a_process_that_is_stopped_among_many_forgets_nothing_that_it_has_sent(
    crowd: Crowd, stack: Stack
) -> None:
    with channel_of(crowd.broker) as channel:
        for number in range(STOPPED_AMONG):
            crowd.assess(channel, number)
        until(crowd.arrived, within=WITHIN_S)
        assert stack.stop("notifications") == 0
        assert crowd.arrived().keys() <= crowd.noted()
        stack.start("notifications")
        crowd.wait_for_every_mail()
    assert len(crowd.outside.mailbox.received) == len(crowd.arrived()) == STOPPED_AMONG
