"""Documents of two forms, in the hands of a release, of the next and of the one after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from services.chassis import clock
from services.chassis.auth import Principal, Role
from services.chassis.storage.forms import lifted
from services.chassis.storage.refusals import NewerForm
from tests.integration.chassis.things import Thing, Things, announce, new_thing, runtime

NO_BUS = "amqp://nobody:nothing@127.0.0.1:1/none"
MANAGER = Principal("m", Role.MANAGER, areas=("*",))


def note_to_notes(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """From form 1 to form 2: one note becomes a list."""
    rest = {name: value for name, value in document.items() if name != "note"}
    return {**rest, "notes": [document["note"]] if "note" in document else []}


class NextThings(Things):
    """Reads both forms, and writes the old one."""

    FORM = 2
    WRITES: ClassVar[int | None] = 1
    LIFTS: ClassVar = {1: note_to_notes}

    def root(self, document: Mapping[str, Any]) -> Thing:
        rest = {name: value for name, value in document.items() if name != "notes"}
        return super().root({**rest, "note": next(iter(document["notes"]), None)})


class LaterThings(NextThings):
    """Writes the new form, too."""

    WRITES: ClassVar[int | None] = None

    def document(self, root: Thing) -> dict[str, Any]:
        stored = super().document(root)
        note = stored.pop("note", None)
        return {**stored, "notes": [] if note is None else [note]}


@pytest.fixture
def old(mongo: Any) -> Things:
    made = Things(runtime(mongo, NO_BUS), announce)
    made.runtime.database.drop_collection(Things.collection)
    made.ensure_indexes()
    return made


@pytest.fixture
def following(old: Things) -> NextThings:
    return NextThings(old.runtime, announce)


@pytest.fixture
def later(old: Things) -> LaterThings:
    return LaterThings(old.runtime, announce)


def stored(things: Things, thing: Thing) -> dict[str, Any]:
    found = things.runtime.database[Things.collection].find_one({"_id": thing.id})
    assert found is not None
    return found


def renote(note: str) -> Any:
    return lambda thing: (replace(thing, note=note), [])


def test_the_next_release_reads_the_old_form_and_leaves_it_so(
    old: Things, following: NextThings
) -> None:
    thing = old.create(new_thing(note="a"), [])
    assert following.load(thing.id) == thing
    following.change(thing.id, renote("b"))
    assert stored(old, thing)["note"] == "b"
    assert old.load(thing.id).note == "b"


def test_the_release_after_lifts_on_every_way_of_reading_and_stores_on_the_next_save(
    old: Things, later: LaterThings
) -> None:
    thing = old.create(new_thing(note="a"), [])
    by_area = {"area": thing.area}
    page = later.page(Things.BY_COUNT, by_area, after=None, limit=5)
    ways = [[later.load(thing.reference)], later.select(by_area), page.items]
    ways += [[later.find(by_area)], later.having("area", thing.area)]
    assert [list(way) for way in ways] == [[thing]] * len(ways)
    assert "form" not in stored(old, thing)
    later.change(thing.id, renote("b"))
    later.change(thing.id, renote("c"))
    found = stored(old, thing)
    assert (found["form"], found["notes"], "note" in found) == (2, ["c"], False)


def test_the_next_release_may_come_back_after_the_one_that_writes_the_new_form(
    old: Things, following: NextThings, later: LaterThings
) -> None:
    thing = later.create(new_thing(note="a"), [])
    following.change(thing.id, renote("b"))
    found = stored(old, thing)
    assert (found["note"], "notes" in found, "form" in found) == ("b", False, False)
    assert old.load(thing.id).note == "b"


def test_who_does_not_know_a_form_leaves_the_document_alone_and_reads_the_others(
    old: Things, later: LaterThings
) -> None:
    new, known = later.create(new_thing(count=2), []), old.create(new_thing(), [])
    before = stored(old, new)
    with pytest.raises(NewerForm, match="newer release"):
        old.change(new.id, renote("lost"))
    assert stored(old, new) == before
    seen = old.under(replace(old.context, principal=MANAGER))
    page = seen.page(Things.BY_COUNT, {"area": new.area}, after=None, limit=5)
    assert list(page.items) == [known]


def test_steps_are_taken_one_after_another() -> None:
    lifts = {n: lambda doc, n=n: {**doc, "steps": [*doc.get("steps", ()), n]} for n in (1, 2, 3)}
    assert lifted({"form": 2}, lifts, 4)["steps"] == [2, 3]
    assert lifted({}, lifts, 1) == {}


def test_versions_of_one_event_share_its_id(old: Things) -> None:
    def both(thing: Thing, event: object) -> list[Any]:
        return [announce(thing, event), announce(thing, event)]

    thing = Things(old.runtime, both).create(new_thing(), [clock.now()])
    first, second = stored(old, thing)["outbox"]
    assert first["event_id"] == second["event_id"]
    assert (first["seq"], second["seq"]) == (1, 2)
