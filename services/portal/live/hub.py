"""From one heard event to all the streams whose people may see it."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Collection
from dataclasses import replace

from services.contracts.envelope import Envelope
from services.portal.accounts import Person
from services.portal.live.change import Audience, Change, heard, may_see
from services.portal.live.stream import CATCH_UP, Stream, Why

AUDIENCES_KEPT = 10_000
STREAMS_OF_ONE = 20


class Hub:
    """Knows the open streams by area; used from the event loop only.

    Some events do not say who is to be told of their alert: the hub remembers it. Where it has not
    heard, after a start in the middle of things, all of the area are offered the change, and find
    out before they write it. A drill ends here, where a person would be told: `drilled` is called,
    and no stream hears of it.
    """

    def __init__(self, drilled: Callable[[Envelope], None] = lambda _: None) -> None:
        self._drilled = drilled
        self._streams: set[Stream] = set()
        self._of_person: Counter[str] = Counter()
        self._by_area: dict[str, set[Stream]] = defaultdict(set)
        self._audiences: OrderedDict[str, Audience] = OrderedDict()

    @property
    def streams(self) -> Collection[Stream]:
        """Return all open streams."""
        return frozenset(self._streams)

    def has_room_for(self, person: Person) -> bool:
        """Has she fewer pages open than anybody needs?"""
        return self._of_person[person.id] < STREAMS_OF_ONE

    def join(self, stream: Stream) -> None:
        """Write to a stream from now on."""
        self._streams.add(stream)
        self._of_person[stream.person.id] += 1
        for area in stream.person.areas:
            self._by_area[area].add(stream)

    def leave(self, stream: Stream) -> None:
        """Write to it no more."""
        self._streams.discard(stream)
        self._of_person[stream.person.id] -= 1
        self._of_person += Counter()  # forgets those who have none
        for area in stream.person.areas:
            self._by_area[area].discard(stream)
            if not self._by_area[area]:
                del self._by_area[area]

    def hear(self, envelope: Envelope) -> None:
        """Offer an event to everybody who may see it; a drill to nobody."""
        if envelope.type == "drill_raised":
            self._drilled(envelope)
            return
        change = self.informed(heard(envelope))
        for stream in self._by_area.get(change.area, set()) | self._by_area.get("*", set()):
            if change.audience is None or may_see(stream.person, change):
                stream.offer(change)

    def catch_up(self) -> None:
        """Let every stream fetch what may have passed by while the bus was away."""
        for stream in self.streams:
            stream.offer(CATCH_UP)

    def end_sessions(self, over: Collection[str]) -> None:
        """End the streams of sessions that are over."""
        for stream in self.streams:
            if stream.person.session_id in over:
                stream.end(Why.SIGNED_OUT)

    def informed(self, change: Change) -> Change:
        """Return a change with who is to be told of its alert, and remember that where it says."""
        reference = change.cursor.reference
        if change.audience is None:
            return replace(change, audience=self._audiences.get(reference))
        self._audiences[reference] = change.audience
        self._audiences.move_to_end(reference)
        if len(self._audiences) > AUDIENCES_KEPT:
            self._audiences.popitem(last=False)
        return change
