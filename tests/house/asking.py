"""What repositories ask of their collections: each method that reads, called and written down."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import product
from types import SimpleNamespace
from typing import Any, Self

from services.chassis import clock
from services.chassis.auth import Principal, Role
from services.chassis.context import fresh_context
from services.chassis.ids import new_reference
from services.chassis.storage.aggregates import Repository
from services.chassis.storage.paging import cursor_of
from services.chassis.storage.refusals import NotFound
from services.contracts.dash import BANDS
from services.notifications.domain.escalation import Kind
from services.notifications.repository import (
    Alerts,
    AreaPolicies,
    Matters,
    Notices,
    Responders,
    Rotas,
)
from services.referrals.domain.states import Status
from services.referrals.repository import Referrals
from services.risk.repository import RiskProfiles
from services.sessions.domain.referral import State
from services.sessions.repository import CaseFiles

NOW = clock.now()
HERE = Principal("ana", Role.PRACTITIONER, areas=("cluj",))
LEAD = Principal("lea", Role.MANAGER, areas=("*",))
CLINIC = Principal("key:clinic", Role.AGENCY_WORKER, "clinic", ("cluj",))
STAFF = (HERE, replace(HERE, areas=("cluj", "perugia")), LEAD)
NOBODY = (None,)
RANGES = frozenset({"$gt", "$gte", "$lt", "$lte"})


@dataclass(frozen=True, slots=True)
class Question:
    """One `find`: `ranged` are the fields of which only a bound is asked, `equal` the others."""

    query: Mapping[str, Any]
    sort: tuple[tuple[str, int], ...]

    @property
    def fields(self) -> dict[str, Any]:
        """Every condition by its field; what is asked with `$and` counts as asked at once."""
        parts = [self.query, *self.query.get("$and", ())]
        return {name: each[name] for each in parts for name in each if not name.startswith("$")}

    @property
    def ranged(self) -> set[str]:
        return {
            name
            for name, asked in self.fields.items()
            if isinstance(asked, Mapping) and asked.keys() <= RANGES
        }

    @property
    def equal(self) -> set[str]:
        return self.fields.keys() - self.ranged


@dataclass
class Collection:
    """A collection that holds nothing and keeps what it is asked."""

    asked: list[Question] = field(default_factory=list)

    def find(self, query: Mapping[str, Any], _fields: object = None) -> Answer:
        self.asked.append(Question(query, ()))
        return Answer(self)

    def find_one(self, query: Mapping[str, Any], _fields: object = None) -> None:
        self.asked.append(Question(query, ()))


@dataclass
class Answer:
    """No documents; the order in which they are wanted belongs to what was asked last."""

    collection: Collection

    def sort(self, order: str | Sequence[tuple[str, int]], way: int = 1) -> Self:
        told = ((order, way),) if isinstance(order, str) else tuple(order)
        self.collection.asked[-1] = replace(self.collection.asked[-1], sort=told)
        return self

    def limit(self, _number: int) -> Self:
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())


Ask = Callable[[Any], object]
Askers = Sequence[Principal | None]


def questions(kind: type[Repository]) -> list[Question]:
    """Return everything that a repository asks when each of its readers is called."""
    collection = Collection()
    parts = SimpleNamespace(outbox_of=lambda _documents: None)
    told_nobody: Any = None
    runtime: Any = SimpleNamespace(
        database={kind.collection: collection}, relay=parts, now=clock.now, settings=None
    )
    repository = kind(runtime, told_nobody)
    for askers, ask in READERS[kind]:
        for asker in askers:
            with suppress(NotFound):
                ask(repository.under(replace(fresh_context(), principal=asker)))
    return collection.asked


def _by_reference(repository: Any) -> object:
    return repository.load(new_reference("C"))


def _cases(files: Any) -> None:
    ways = product((None, *State), (None, *BANDS), (True, False), _cursors("last_activity_at"))
    for state, band, mine, after in ways:
        files.caseload(state, band, mine=mine, after=after, limit=5)


def _referrals(referrals: Any) -> None:
    some = (Status.ACCEPTED, Status.REOPENED)
    for statuses, after in product(
        (*((each,) for each in Status), some, tuple(Status)), _cursors("submitted_at")
    ):
        referrals.listed(statuses, after=after, limit=5)


def _alerts(alerts: Any) -> None:
    for only_open, after in product((True, False), _cursors("raised_at")):
        alerts.listed(only_open=only_open, after=after, limit=5)
        alerts.of_case("C-1", only_open=only_open, after=after, limit=5)
    for after in _cursors("changed_at"):
        alerts.changed_since(NOW, after=after, limit=5)
    alerts.courses("cluj", NOW)
    alerts.open_courses("cluj")


def _watched(alerts: Any) -> None:
    alerts.latest("case", Kind.HIGH_RISK)
    alerts.open_alerts()
    alerts.overdue(NOW, limit=5)


def _sent_to_her(notices: Any) -> None:
    for after in _cursors("made_at"):
        notices.of_person("ana", after=after, limit=5)


def _sent(notices: Any) -> None:
    for after in _cursors("made_at"):
        notices.of_alert("A-1", after=after, limit=5)
    notices.overdue(NOW, limit=5)
    notices.sent_times("ana", "account", NOW)


def _called(responders: Any) -> None:
    responders.everybody()
    responders.active()


def _in_force(policies: Any) -> None:
    policies.of_area("cluj")
    policies.everything()


def _matched(referrals: Any) -> None:
    referrals.holding(["key", "body"])
    referrals.of_case("C-1")
    referrals.near([SimpleNamespace(near=("a", "b"), case_reference="C-1")])


def _cursors(field: str) -> tuple[str | None, str]:
    order = ((field, -1), ("_id", -1))
    return None, cursor_of({field: NOW, "_id": "x"}, order)


READERS: Mapping[type[Repository], Sequence[tuple[Askers, Ask]]] = {
    Referrals: (
        ((*STAFF, CLINIC), _by_reference),
        ((*STAFF, CLINIC), _referrals),
        (STAFF, lambda referrals: referrals.sees("C-1")),
        (NOBODY, _matched),
    ),
    RiskProfiles: (
        (STAFF, _by_reference),
        (NOBODY, lambda profiles: profiles.unanswered(NOW, limit=5)),
    ),
    CaseFiles: ((STAFF, _by_reference), (STAFF, _cases)),
    Notices: ((STAFF, _sent_to_her), (NOBODY, _sent)),
    Matters: ((NOBODY, lambda matters: matters.overdue(NOW, limit=5)),),
    Responders: ((NOBODY, _called),),
    AreaPolicies: ((STAFF, lambda policies: policies.of_area("cluj")), (NOBODY, _in_force)),
    Alerts: ((STAFF, _by_reference), (STAFF, _alerts), (NOBODY, _watched)),
    Rotas: (
        (STAFF, lambda rotas: rotas.of_area("cluj")),
        (NOBODY, lambda rotas: rotas.documents()),
    ),
}
