"""An event stays until everyone who is to hear it has said so, whatever is lost in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from services.chassis import clock
from services.chassis.messaging import answers
from services.chassis.messaging.hearers import hearers_of
from services.chassis.messaging.outbox import Hearing, Outbox, Said
from services.chassis.messaging.publisher import Publisher, Told
from services.chassis.messaging.relay import Relay
from services.chassis.messaging.subscription import Subscription
from services.chassis.messaging.topology import work_queues
from services.chassis.metrics import Metrics
from services.contracts.catalogue import contract
from tests.integration.chassis.things import KEY, Counted, Thing, Things, announce, new_thing
from tests.integration.chassis.things import runtime as made_runtime
from tests.support import until
from tests.support.bus import channel_of, ready

HEARERS = ("notifications", "risk", "referrals")
LEASE = timedelta(seconds=0.6)
BACKLOG = 30


@pytest.fixture
def things(mongo: Any, broker: Any) -> Iterator[Things]:
    """Things in a process that speaks and takes answers."""
    runtime = made_runtime(mongo, broker.uri)
    relay = Relay(broker.uri, "sessions", runtime.metrics, LEASE, hearers_of("sessions"))
    made = Things(replace(runtime, relay=relay), announce)
    made.runtime.database.drop_collection(Things.collection)
    made.ensure_indexes()
    relay.start()
    until(lambda: relay.publisher.is_open)
    yield made
    relay.stop()
    for hearer in HEARERS:
        broker.control("purge_queue", f"{hearer}.{KEY}")


@contextmanager
def hearing(broker: Any, *consumers: str) -> Iterator[dict[str, list[int]]]:
    """Hear as these services would, and answer; gives what each heard, by `seq`."""
    heard: dict[str, list[int]] = {each: [] for each in consumers}
    made = [hearer(broker, each, partial(noted, heard[each])) for each in consumers]
    for line, subscription in made:
        line.start()
        subscription.start()
    until(lambda: all(line.is_open and each.is_consuming for line, each in made))
    try:
        yield heard
    finally:
        for line, subscription in made:
            subscription.stop()
            line.stop()


def confirmed(things: Things, thing: Thing) -> set[str]:
    """Return who is known in the database to have heard which of its events."""
    return set(stored(things, thing)["outbox_heard"])


def noted(heard: list[int], delivery: Any) -> None:
    heard.append(delivery.envelope.seq)
    delivery.done()


def hearer(
    broker: Any, consumer: str, handle: Callable[[Any], None]
) -> tuple[Publisher, Subscription]:
    """Return the line by which a consumer answers, and what it hears by."""

    def nothing(*_: Any) -> None:
        """Nothing is said here."""

    metrics = Metrics(consumer)
    line = Publisher(broker.uri, consumer, metrics, Told(nothing, nothing, nothing))
    subscription = Subscription(
        broker.uri,
        consumer,
        work_queues(consumer, [contract("case_closed", 1)]),
        metrics,
        handle,
        prefetch=5,
        fatal=pytest.fail,
        answer=line.answer,
    )
    return line, subscription


def outbox(things: Things) -> Outbox:
    return things.runtime.relay.outbox_of(things.runtime.database[Things.collection])


def stored(things: Things, thing: Thing) -> dict[str, Any]:
    found = things.runtime.database[Things.collection].find_one({"_id": thing.id})
    assert found is not None
    return found


def say_again_now(things: Things, thing: Thing) -> None:
    """Let the time pass after which an event is said again."""
    changed = {"$set": {"outbox_due": clock.now()}}
    things.runtime.database[Things.collection].update_one({"_id": thing.id}, changed)


def test_what_everyone_has_heard_leaves_the_outbox(things: Things, broker: Any) -> None:
    with hearing(broker, *HEARERS) as heard:
        made = [things.create(new_thing(), [Counted()]) for _ in range(20)]
        until(lambda: not any(stored(things, each)["outbox"] for each in made))
    assert all(len(each) == 20 for each in heard.values())
    assert not any("outbox_due" in stored(things, each) for each in made)


def test_what_one_has_not_heard_stays_and_is_not_waiting_for_the_bus(
    things: Things, broker: Any
) -> None:
    with hearing(broker, "risk", "referrals"):
        thing = things.create(new_thing(), [Counted()])
        until(lambda: stored(things, thing).get("outbox_said") == 1)
        until(lambda: confirmed(things, thing) == {"1:referrals", "1:risk"}, within=30)
    backlog = outbox(things).backlog(clock.now())
    assert (backlog.unsaid, backlog.unheard) == (0, 1)
    assert stored(things, thing)["outbox_due"] > clock.now() + timedelta(seconds=15)
    with hearing(broker, "notifications"):
        until(lambda: stored(things, thing)["outbox"] == [], within=30)
    assert not {"outbox_due", "outbox_said", "outbox_heard"} & stored(things, thing).keys()


def test_a_queue_deleted_with_what_was_in_it_gets_it_again(things: Things, broker: Any) -> None:
    with hearing(broker, "risk", "referrals"):
        thing = things.create(new_thing(), [Counted()])
        until(lambda: ready(broker, f"notifications.{KEY}") == 1)
        until(lambda: stored(things, thing).get("outbox_said") == 1)
        broker.control("delete_queue", f"notifications.{KEY}")
        say_again_now(things, thing)
        until(lambda: ready(broker, f"notifications.{KEY}") == 1)
        with hearing(broker, "notifications") as heard:
            until(lambda: stored(things, thing)["outbox"] == [])
    assert heard["notifications"] == [1]


def test_a_binding_deleted_while_another_hearer_is_bound_is_mended(
    things: Things, broker: Any
) -> None:
    with hearing(broker, *HEARERS) as heard:
        unbind(broker, f"notifications.{KEY}")
        thing = things.create(new_thing(), [Counted()])
        until(lambda: heard["risk"] == [1] and stored(things, thing).get("outbox_said") == 1)
        assert heard["notifications"] == []
        say_again_now(things, thing)
        until(lambda: stored(things, thing)["outbox"] == [])
    assert heard["notifications"] == [1]


def test_an_answer_taken_by_another_process_counts(things: Things) -> None:
    thing = things.create(new_thing(), [Counted()])
    until(lambda: stored(things, thing).get("outbox_said") == 1)
    everyone = frozenset(HEARERS)
    for hearer in HEARERS:
        outbox(things).hear([Hearing(thing.id, 1, frozenset({hearer}), everyone)])
    assert not {"outbox_due", "outbox_said", "outbox_heard"} & stored(things, thing).keys()


def test_what_waits_behind_newer_words_that_were_heard_is_noted_as_said(things: Things) -> None:
    things.runtime.relay.stop()
    thing = things.create(new_thing(), [Counted(), Counted()])
    outbox(things).confirm({thing.id: {2}})
    later = clock.now() + timedelta(minutes=1)
    outbox(things).keep([Said(thing.id, 1, later)])
    assert (stored(things, thing)["outbox_said"], stored(things, thing)["outbox_due"]) == (1, later)


@pytest.mark.parametrize("lost", ["binding", "queue", "exchange"])
def test_where_answers_go_is_mended_when_it_was_deleted(
    things: Things, broker: Any, lost: str
) -> None:
    with hearing(broker, *HEARERS):
        with channel_of(broker) as channel:
            {
                "binding": lambda: channel.queue_unbind("sessions.heard", "sessions.heard", ""),
                "queue": lambda: channel.queue_delete("sessions.heard"),
                "exchange": lambda: channel.exchange_delete("sessions.heard"),
            }[lost]()
        thing = things.create(new_thing(), [Counted()])

        def is_heard() -> bool:
            say_again_now(things, thing)
            return stored(things, thing)["outbox"] == []

        until(is_heard, within=15)


def test_a_hearer_goes_on_while_the_broker_takes_nothing(own_broker: Any, mongo: Any) -> None:
    runtime = made_runtime(mongo, own_broker.uri)
    relay = Relay(own_broker.uri, "sessions", runtime.metrics, LEASE, hearers_of("sessions"))
    things = Things(replace(runtime, relay=relay), announce)
    relay.start()
    until(lambda: relay.publisher.is_open)
    for _ in range(BACKLOG):
        things.create(new_thing(), [Counted()])
    until(lambda: ready(own_broker, f"risk.{KEY}") >= BACKLOG)
    taken: list[Any] = []
    line, subscription = hearer(own_broker, "risk", taken.append)
    line.start()
    subscription.start()
    until(lambda: line.is_open and taken)
    own_broker.control("set_vm_memory_high_watermark", "absolute", "1000")
    taken[0].done()
    until(lambda: line.is_blocked)
    for number in range(1, BACKLOG):
        until(lambda at=number: len(taken) > at)
        taken[number].done()
    for each in (subscription, line, relay):
        each.stop()


def test_words_that_came_since_are_not_taken_for_said(things: Things) -> None:
    things.runtime.relay.stop()
    thing = things.create(new_thing(), [Counted(), Counted()])
    before = stored(things, thing)["outbox_due"]
    outbox(things).keep([Said(thing.id, 1, clock.now() + timedelta(hours=1))])
    assert stored(things, thing)["outbox_due"] == before


def test_a_time_set_by_a_clock_that_was_put_back_is_not_waited_for(things: Things) -> None:
    things.runtime.relay.stop()
    thing = things.create(new_thing(), [Counted()])
    an_hour_ago = clock.now() - timedelta(hours=1)
    assert [e.aggregate_id for e in outbox(things).claim_far_off(an_hour_ago, 10)] == [thing.id]
    assert outbox(things).claim_far_off(an_hour_ago, 10) == []


@pytest.mark.parametrize("body", [b"", b"{", b'{"by": "risk"}', b"\xff"])
def test_what_is_no_answer_is_refused(body: bytes) -> None:
    with pytest.raises(answers.BadAnswer):
        answers.decode(body)


def test_what_names_no_place_spoils_no_answer() -> None:
    body = answers.encode("risk", KEY, ["sessions/some-id/7", "nowhere", "a/b/c"])
    assert answers.decode(body).places == (answers.Place("sessions", "some-id", 7),)


def unbind(broker: Any, queue: str) -> None:
    """Delete the binding of a queue to the exchange of who speaks, as an operator might."""
    with channel_of(broker) as channel:
        channel.queue_unbind(queue, "sessions.events", KEY)
