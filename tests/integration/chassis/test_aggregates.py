"""One atomic write: state, receipts and events together, or nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.chassis import clock
from services.chassis.auth import Principal, Role
from services.chassis.context import fresh_context, request_receipt
from services.chassis.ids import new_id
from services.chassis.storage.refusals import KeyReused, NotFound, Taken
from tests.integration.chassis.things import Counted, Thing, Things, announce, new_thing, runtime

NO_BUS = "amqp://nobody:nothing@127.0.0.1:1/none"
MANAGER = Principal("m", Role.MANAGER, areas=("perugia",))


@pytest.fixture
def things(mongo: Any) -> Things:
    made = Things(runtime(mongo, NO_BUS), announce)
    made.runtime.database.drop_collection(Things.collection)
    made.ensure_indexes()
    return made


def stored(things: Things, thing: Thing) -> dict[str, Any]:
    found = things.runtime.database[Things.collection].find_one({"_id": thing.id})
    assert found is not None
    return found


def count_up(thing: Thing) -> tuple[Thing, list[Counted]]:
    return replace(thing, count=thing.count + 1), [Counted()]


def test_state_and_events_are_one_document(things: Things) -> None:
    thing = things.create(new_thing(), [Counted()])
    things.change(thing.reference, count_up)
    document = stored(things, thing)
    assert (document["version"], document["seq"], document["count"]) == (2, 2, 1)
    assert [entry["seq"] for entry in document["outbox"]] == [1, 2]
    assert document["outbox_due"] > clock.now()


def test_a_taken_id_or_reference_is_refused(things: Things) -> None:
    thing = things.create(new_thing(), [])
    with pytest.raises(Taken):
        things.create(thing, [])
    with pytest.raises(Taken):
        things.create(replace(new_thing(), reference=thing.reference), [])


def test_many_writers_lose_nothing(things: Things) -> None:
    thing = things.create(new_thing(), [])
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda _: things.change(thing.id, count_up), range(200)))
    document = stored(things, thing)
    assert (document["count"], document["seq"], len(document["outbox"])) == (200, 200, 200)


def test_the_same_event_is_applied_once(things: Things) -> None:
    thing = things.create(new_thing(), [])
    heard = things.under(replace(fresh_context(), receipt="event-1"))
    for _ in range(3):
        heard.change(thing.id, count_up)
    assert stored(things, thing)["count"] == 1


def test_the_event_that_created_it_is_applied_already(things: Things) -> None:
    heard = things.under(replace(fresh_context(), receipt="event-1"))
    thing = heard.create(new_thing(), [])
    assert heard.change(thing.id, count_up).count == 0


def test_an_idempotency_key_replays_its_own_body_and_refuses_another(things: Things) -> None:
    everywhere = replace(MANAGER, areas=("*",))
    thing = things.create(new_thing(), [])

    def asked(body: bytes) -> Things:
        receipt = request_receipt(everywhere, "key-1", body)
        return things.under(replace(fresh_context(everywhere), receipt=receipt))

    asked(b"{}").change(thing.id, count_up)
    assert asked(b"{}").change(thing.id, count_up).count == 1
    with pytest.raises(KeyReused):
        asked(b'{"more": 1}').change(thing.id, count_up)


def test_a_decision_that_another_write_overtook_is_not_counted(things: Things) -> None:
    counted: list[object] = []
    counting = Things(things.runtime, announce, lambda _thing, events: counted.extend(events))
    thing = counting.create(new_thing(), [])
    heard = counting.under(replace(fresh_context(), receipt="event-1"))

    def overtaken(now: Thing) -> tuple[Thing, list[Counted]]:
        heard.change(thing.id, count_up)
        return count_up(now)

    assert heard.change(thing.id, overtaken).count == 1
    assert len(counted) == 1


@pytest.fixture
def elsewhere(things: Things) -> Things:
    """The same things in another process."""
    return Things(things.runtime, announce)


def remembered(things: Things, thing: Thing) -> dict[str, Any] | None:
    return things._recent.take(thing.id)


def test_what_is_remembered_is_what_is_stored(things: Things) -> None:
    thing = things.create(new_thing(note="x"), [Counted()])
    for decide in (count_up, lambda now: (replace(now, note=None), []), count_up):
        heard = things.under(replace(fresh_context(), receipt=new_id()))
        heard.change(thing.id, decide)
        known = remembered(things, thing)
        assert known is not None
        assert known == {name: stored(things, thing)[name] for name in known}
        assert stored(things, thing).keys() - known.keys() <= {"saved_as"}
        things._recent.keep(known)


def test_what_another_process_changed_is_read_again(things: Things, elsewhere: Things) -> None:
    thing = things.create(new_thing(), [Counted()])
    elsewhere.change(thing.id, count_up)
    assert things.change(thing.id, count_up).count == 2
    assert stored(things, thing)["version"] == 3


def test_a_refusal_by_what_is_remembered_is_decided_again(
    things: Things, elsewhere: Things
) -> None:
    def only_once_counted(now: Thing) -> tuple[Thing, list[Counted]]:
        if now.count == 0:
            raise ValueError("not yet")
        return count_up(now)

    thing = things.create(new_thing(), [])
    elsewhere.change(thing.id, count_up)
    assert things.change(thing.id, only_once_counted).count == 2


def test_nothing_to_do_by_what_is_remembered_is_decided_again(
    things: Things, elsewhere: Things
) -> None:
    thing = things.create(new_thing(), [])
    elsewhere.change(thing.id, count_up)
    doubled = things.change(thing.id, lambda now: (replace(now, count=2 * now.count), []))
    assert doubled.count == 2


def test_what_another_process_applied_is_not_applied_again(
    things: Things, elsewhere: Things
) -> None:
    heard = replace(fresh_context(), receipt="event-1")
    thing = things.create(new_thing(), [])
    elsewhere.under(heard).change(thing.id, count_up)
    assert things.under(heard).change(thing.id, count_up).count == 1
    assert stored(things, thing)["count"] == 1


def test_a_person_is_shown_and_refused_by_what_is_stored(things: Things, elsewhere: Things) -> None:
    thing = things.create(new_thing(area="cluj"), [])
    elsewhere.change(thing.id, lambda now: (replace(now, area="perugia"), []))
    seen = things.under(fresh_context(MANAGER)).change(thing.id, count_up)
    assert (seen.count, seen.area) == (1, "perugia")


def test_what_has_been_removed_is_not_there_for_being_remembered(things: Things) -> None:
    thing = things.create(new_thing(), [])
    things.runtime.database[Things.collection].delete_one({"_id": thing.id})
    with pytest.raises(NotFound):
        things.change(thing.id, count_up)


def test_a_damaged_document_hides_no_other_from_a_list(things: Things) -> None:
    made = [things.create(new_thing(count=number), []) for number in range(3)]
    damaged = {"$unset": {"case_id": ""}}
    things.runtime.database[Things.collection].update_one({"_id": made[1].id}, damaged)
    found = things.page(Things.BY_COUNT, {"area": "cluj"}, after=None, limit=10)
    assert [thing.count for thing in found.items] == [2, 0]


def test_opening_what_is_there_changes_it(things: Things, elsewhere: Things) -> None:
    thing = new_thing()
    for where in (things, elsewhere, things):
        where.open_or_change(count_up(thing), count_up)
    document = stored(things, thing)
    assert (document["count"], document["seq"]) == (3, 3)


def test_a_decision_without_change_writes_nothing(things: Things) -> None:
    thing = things.create(new_thing(), [])
    things.change(thing.id, lambda same: (same, []))
    assert stored(things, thing)["version"] == 1


def test_what_a_root_no_longer_has_is_gone_from_its_document(things: Things) -> None:
    thing = things.create(new_thing(note="x"), [])
    things.change(thing.id, lambda now: (replace(now, note=None), []))
    assert "note" not in stored(things, thing)


def test_scope_holds_for_one_for_some_for_pages_and_for_changes(things: Things) -> None:
    thing = things.create(new_thing(area="cluj"), [])
    hers = things.under(fresh_context(MANAGER))
    with pytest.raises(NotFound):
        hers.load(thing.reference)
    with pytest.raises(NotFound):
        hers.change(thing.id, count_up)
    assert hers.find({"_id": thing.id}) is None
    assert hers.select({"_id": thing.id}) == []
    assert hers.page(Things.BY_COUNT, {"area": "cluj"}, after=None, limit=9).items == ()


def test_pages_show_everything_once_in_order(things: Things) -> None:
    made = [things.create(new_thing(count=number // 3), []) for number in range(20)]
    seen: list[Thing] = []
    cursor = None
    while True:
        page = things.page(Things.BY_COUNT, {"area": "cluj"}, after=cursor, limit=6)
        seen += page.items
        cursor = page.next
        if cursor is None:
            break
    assert [thing.id for thing in seen] == [
        thing.id for thing in sorted(made, key=lambda t: (t.count, t.id), reverse=True)
    ]


def test_only_one_relay_gets_what_is_due(things: Things) -> None:
    thing = things.create(new_thing(), [Counted()])
    outbox = things.runtime.relay.outbox_of(things.runtime.database[Things.collection])
    assert outbox.claim(clock.now(), 10) == []
    later = clock.now() + timedelta(seconds=6)
    with ThreadPoolExecutor(4) as relays:
        claims = list(relays.map(lambda _: outbox.claim(later, 10), range(4)))
    assert [entry.aggregate_id for claim in claims for entry in claim] == [thing.id]


def test_confirmed_events_leave_and_newer_ones_stay(things: Things) -> None:
    thing = things.create(new_thing(), [Counted()])
    outbox = things.runtime.relay.outbox_of(things.runtime.database[Things.collection])
    things.change(thing.id, count_up)
    outbox.confirm({thing.id: {1}})
    assert [entry["seq"] for entry in stored(things, thing)["outbox"]] == [2]
    assert outbox.backlog(clock.now()).unsaid == 1
    outbox.confirm({thing.id: {2}})
    document = stored(things, thing)
    assert document["outbox"] == []
    assert "outbox_due" not in document
