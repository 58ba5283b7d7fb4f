"""The updates by which a relay keeps and empties outboxes. Pure.

Each says the same of many aggregates, found by their ids: one statement is one transaction to the
embedded server, and an `$or` at the top would have it look through all documents.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pymongo import UpdateMany

Key = TypeVar("Key", bound=Hashable)
_AT_REST = {"outbox_due": "", "outbox_said": "", "outbox_heard": ""}


def alike(told: Iterable[tuple[Key, str]]) -> dict[Key, list[str]]:
    """Put together the ids of aggregates of which the same is told: they share a statement."""
    found: dict[Key, list[str]] = defaultdict(list)
    for key, aggregate_id in told:
        found[key].append(aggregate_id)
    return found


def emptied(ids: Sequence[str], seqs: Sequence[int]) -> UpdateMany:
    """Return what empties outboxes that hold nothing but these."""
    others = {"$elemMatch": {"seq": {"$nin": list(seqs)}}}
    all_of_it = {**_these(ids), "outbox": {"$not": others}}
    return UpdateMany(all_of_it, {"$set": {"outbox": []}, "$unset": _AT_REST})


def removed(ids: Sequence[str], seqs: Sequence[int]) -> UpdateMany:
    """Return what takes these out of outboxes that may hold others too."""
    holding = {**_these(ids), "outbox": {"$elemMatch": {"seq": {"$in": list(seqs)}}}}
    return UpdateMany(holding, {"$pull": {"outbox": {"seq": {"$in": list(seqs)}}}})


def rested(ids: Sequence[str]) -> list[UpdateMany]:
    """Return what takes those of these whose outbox is empty from those that wait."""
    empty = {**_these(ids), "outbox": [], "outbox_due": {"$exists": True}}
    return [UpdateMany(empty, {"$unset": _AT_REST})] if ids else []


def noted(
    ids: Sequence[str], seq: int, by: frozenset[str], everyone: frozenset[str]
) -> Iterator[UpdateMany]:
    """Yield what notes some hearers of an event, and removes it if they are the last of all."""
    marks = [f"{seq}:{hearer}" for hearer in sorted(by)]
    whole = [f"{seq}:{hearer}" for hearer in sorted(everyone)]
    waits = {**_these(ids), "outbox.seq": seq}
    yield UpdateMany(waits, {"$addToSet": {"outbox_heard": {"$each": marks}}})
    done = {"outbox": {"seq": seq}, "outbox_heard": {"$in": whole}}
    yield UpdateMany({**_these(ids), "outbox_heard": {"$all": whole}}, {"$pull": done})


def kept(ids: Sequence[str], seq: int, due: datetime) -> UpdateMany:
    """Return what notes that these are on the bus, up to their last word, and when to say more."""
    newest = {**_these(ids), "outbox.seq": {"$eq": seq, "$not": {"$gt": seq}}}
    return UpdateMany(newest, {"$set": {"outbox_due": due, "outbox_said": seq}})


def _these(ids: Sequence[str]) -> dict[str, Any]:
    return {"_id": {"$in": list(ids)}}
