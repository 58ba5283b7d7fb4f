"""The books: what databases, queues and doors hold when it is over, and nothing of how it came."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Books:
    """Everything that the judge may look at.

    The documents of each service as they are stored; `queues` with their counts; `dead_letters`;
    `doubled`, the ids of events that two relays published at once; `unreadable`, references of
    cases whose client nobody can read; `at`, the moment of reading.
    """

    at: datetime
    referrals: Sequence[Document] = ()
    profiles: Sequence[Document] = ()
    files: Sequence[Document] = ()
    alerts: Sequence[Document] = ()
    allocations: Sequence[Document] = ()
    queues: Sequence[Document] = ()
    dead_letters: Sequence[Document] = ()
    doubled: Sequence[str] = ()
    unreadable: Sequence[str] = ()
    people: frozenset[str] = field(default_factory=frozenset)

    @property
    def aggregates(self) -> Iterable[tuple[str, Document]]:
        """Yield every document that may have an outbox, with the name of its collection."""
        yield from (("referrals", each) for each in self.referrals)
        yield from (("risk", each) for each in self.profiles)
        yield from (("sessions", each) for each in self.files)
        yield from (("notifications", each) for each in self.alerts)
        yield from (("allocations", each) for each in self.allocations)

    @cached_property
    def profile(self) -> Mapping[str, Document]:
        """Return the risk profile of each case, by case id."""
        return {each["_id"]: each for each in self.profiles}

    @cached_property
    def file(self) -> Mapping[str, Document]:
        """Return the case file of each case, by case id."""
        return {each["_id"]: each for each in self.files}

    @cached_property
    def alerts_of(self) -> Mapping[str, Sequence[Document]]:
        """Return the alerts of high risk of each case."""
        found: dict[str, list[Document]] = defaultdict(list)
        for alert in self.alerts:
            if alert["kind"] == "high_risk":
                found[alert["case_id"]].append(alert)
        return found
