"""What was asked of the database, by its form, and whether an index serves it.

The rule is MongoDB's: an index holds the fields that are asked for by equality, then those that are
sorted by, then those of a range. `_id` and every unique name find one document at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

RANGES = frozenset({"$gt", "$gte", "$lt", "$lte", "$exists", "$ne", "$not"})
READS = frozenset({"find", "count", "aggregate"})
Document = Mapping[str, Any]
Keys = Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a question: `equal` and `range` are fields, `sort` fields with directions."""

    collection: str
    does: str
    equal: frozenset[str] = frozenset()
    range: frozenset[str] = frozenset()
    sort: tuple[tuple[str, int], ...] = ()

    def __str__(self) -> str:
        """Return it in one line."""
        parts = [" ".join(sorted(self.equal)), " ".join(f"{name}~" for name in sorted(self.range))]
        order = " ".join(f"{'-' if way < 0 else '+'}{name}" for name, way in self.sort)
        asked = " ".join(filter(None, (*parts, f"by {order}" if order else "")))
        return f"{self.does} {self.collection}: {asked or 'everything'}"


def forms(command: Document) -> Iterator[tuple[Form, Document]]:
    """Yield each question of a command with its filter: a bulk of writes has several."""
    does, collection = next(iter(command.items()))
    if does == "find":
        yield form(str(collection), does, command.get("filter", {}), command.get("sort", {}))
    for update in command.get("updates", ()):
        yield form(str(collection), does, update["q"], {})
    for delete in command.get("deletes", ()):
        yield form(str(collection), does, delete["q"], {})
    if does == "aggregate":
        stages = command["pipeline"]
        yield form(str(collection), does, stages[0].get("$match", {}) if stages else {}, {})


def form(collection: str, does: str, query: Document, sort: Document) -> tuple[Form, Document]:
    """Return the form of one question, and its filter."""
    equal, ranged = set[str](), set[str]()
    for name, value in _fields(query):
        (ranged if _is_range(value) else equal).add(name)
    order = tuple((str(name), int(way)) for name, way in sort.items())
    return Form(collection, does, frozenset(equal), frozenset(ranged - equal), order), query


def is_served(asked: Form, indexes: Sequence[Keys]) -> bool:
    """Is there an index for it? A write that names one document needs no other."""
    if "_id" in asked.equal and not asked.sort:
        return True
    return any(_serves(keys, asked) for keys in indexes)


def _serves(keys: Keys, asked: Form) -> bool:
    names = [name for name, _ in keys]
    leading = 0
    while leading < len(names) and names[leading] in asked.equal:
        leading += 1
    if not asked.sort:
        is_ranged = leading < len(names) and names[leading] in asked.range
        return leading > 0 or is_ranged
    sort = keys[leading : leading + len(asked.sort)]
    same = {way == wanted for (_, way), (_, wanted) in zip(sort, asked.sort, strict=False)}
    is_sorted = [name for name, _ in sort] == [name for name, _ in asked.sort] and len(same) == 1
    # Equality fields that the index has not cost a look at each document on the way.
    return is_sorted and (leading > 0 or bool(asked.range & {asked.sort[0][0]}))


def _fields(query: Document) -> Iterator[tuple[str, Any]]:
    """Yield each field with what is asked of it; what is asked by `$or` counts as a range."""
    for name, value in query.items():
        if name == "$and":
            for each in value:
                yield from _fields(each)
        elif name == "$or":
            for each in value:
                yield from ((field, {"$gt": None}) for field, _ in _fields(each))
        else:
            yield name, value


def _is_range(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(RANGES & set(value)) and "$eq" not in value
