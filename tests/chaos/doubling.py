"""Did two relays publish one event at once? That is what the lease of an outbox is to prevent.

Hearers absorb what comes twice, so no book shows it; the publications on the bus do. Three ways to
come twice are as they should be. An event is said again when nobody has confirmed it, later than a
moment. A process, a broker or a line that stood still may let go of what another one has said since
(`parked`). And who commits the next event of an aggregate says all that still waits in it, at once:
then the same connection has said a later event of that aggregate just then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

AT_ONCE_S = 0.8
NEXT_COMMIT_S = 2.0
PARKED_FOR_S = 15.0

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Publication:
    """One event on the bus: the `seq`th of an aggregate, by which connection, and when."""

    event_id: str
    aggregate: str
    seq: int
    publisher: str
    at: float


def doubled(publications: Sequence[Publication], parked: Sequence[Span]) -> Iterator[str]:
    """Yield the ids of events that two relays published at once, without an excuse."""
    by_event: dict[str, list[Publication]] = defaultdict(list)
    by_aggregate: dict[str, list[Publication]] = defaultdict(list)
    for each in publications:
        by_event[each.event_id].append(each)
        by_aggregate[each.aggregate].append(each)
    for event_id, said in by_event.items():
        if any(
            _is_at_once(one, other)
            and not _was_parked(other, parked)
            and not any(_said_more(each, by_aggregate[each.aggregate]) for each in (one, other))
            for one, other in pairwise(said)
        ):
            yield event_id


def _is_at_once(one: Publication, other: Publication) -> bool:
    return one.publisher != other.publisher and other.at - one.at < AT_ONCE_S


def _was_parked(said: Publication, parked: Sequence[Span]) -> bool:
    return any(begin <= said.at <= end + PARKED_FOR_S for begin, end in parked)


def _said_more(said: Publication, of_aggregate: Sequence[Publication]) -> bool:
    """Did its publisher say a later event of the aggregate with it?"""
    return any(
        other.publisher == said.publisher
        and other.seq > said.seq
        and abs(other.at - said.at) < NEXT_COMMIT_S
        for other in of_aggregate
    )
