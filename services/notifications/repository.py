"""Alerts and allocations in the database: documents and back, indexes, who sees which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from services.chassis.auth import MANAGERS, Principal
from services.chassis.crypto import Erased, Sealed, Vault
from services.chassis.storage.aggregates import Repository
from services.chassis.storage.mongo import Document, Index, Shape, serving
from services.chassis.storage.paging import Page
from services.chassis.storage.refusals import Taken
from services.chassis.storage.scope import NOTHING, of_areas
from services.chassis.storage.standing import Standing
from services.notifications.domain.drill import DRILL, Drill
from services.notifications.domain.errors import AlertAlreadyRaised
from services.notifications.domain.escalation import Audience, Kind, Policy, Rung, Tells
from services.notifications.domain.model import Alert
from services.notifications.domain.record import (
    Action,
    Allocation,
    Assessment,
    Facts,
    Lapse,
    Receipt,
    State,
    Transition,
)

OVERSEER = "overseer"
_FACTS: Mapping[Kind, type[Facts]] = {Kind.HIGH_RISK: Assessment, Kind.ENGAGEMENT: Lapse}
_NEWEST = (("raised_at", -1),)
_SCOPE = ("area",)

LISTED = Shape(
    "alerts_for", index="listed", equal=("is_open", "listed_for"), sort=_NEWEST, beside=_SCOPE
)
OF_CASE = Shape(
    "alerts_of_case",
    index="case",
    equal=("case_reference", "is_open"),
    sort=_NEWEST,
    beside=_SCOPE,
)
BY_REFERENCE = Shape("alert_by_reference", index="reference", equal=("reference",), beside=_SCOPE)
LATEST = Shape(
    "latest_alert_of_case", index="latest", equal=("case_id", "kind"), sort=(("number", -1),)
)
CHANGED = Shape(
    "alerts_changed",
    index="changed",
    sort=(("changed_at", 1),),
    range=("changed_at",),
    beside=_SCOPE,
)
DUE = Shape("steps_due", index="due", sort=(("next_step_at", 1),), range=("next_step_at",))


class Alerts(Repository[Alert]):
    """The alerts of this service.

    `listed_for` holds who finds an alert in her list: the audience and, always, the overseers of
    the area. `open_key` and `next_step_at` are there only while they say something.
    """

    collection = "notifications"
    SHAPES: ClassVar[tuple[Shape, ...]] = (LISTED, OF_CASE, BY_REFERENCE, LATEST, CHANGED, DUE)
    INDEXES: ClassVar[tuple[Index, ...]] = (
        Index("reference", (("reference", 1),), unique=True),
        Index("episode", (("open_key", 1),), unique=True, sparse=True),
        Index("due", (("next_step_at", 1),), sparse=True),
        *map(serving, (LISTED, OF_CASE, LATEST, CHANGED)),
    )

    def scope(self, principal: Principal) -> Mapping[str, Any]:
        """Return what caseworkers may see: the alerts of their areas; others see none."""
        return of_areas(principal, "area")

    def create(self, root: Alert, events: Sequence[object]) -> Alert:
        """Create an alert as every repository does.

        Raises:
            AlertAlreadyRaised: its cause has raised one before, or its episode has an open one.

        """
        try:
            return super().create(root, events)
        except Taken:
            raise AlertAlreadyRaised from None

    def latest(self, case_id: str, kind: Kind) -> Alert | None:
        """Return the alert of a case with the highest cause, open or resolved."""
        found = self.page(LATEST, {"case_id": case_id, "kind": kind.value}, after=None, limit=1)
        return found.items[0] if found.items else None

    def listed(self, *, only_open: bool, after: str | None, limit: int) -> Page[Alert]:
        """Return a page of the alerts for the principal, newest first.

        For an overseer these are all of her areas; for others, those that she has been told of.
        """
        values = {"is_open": _open_or_any(only_open), "listed_for": _marks(self.context.principal)}
        return self.page(LISTED, values, after=after, limit=limit)

    def of_case(
        self, case_reference: str, *, only_open: bool, after: str | None, limit: int
    ) -> Page[Alert]:
        """Return a page of the alerts of one case, newest first."""
        values = {"case_reference": case_reference, "is_open": _open_or_any(only_open)}
        return self.page(OF_CASE, values, after=after, limit=limit)

    def changed_since(self, since: datetime, *, after: str | None, limit: int) -> Page[Alert]:
        """Return a page of the alerts whose latest event was said at or after a moment."""
        return self.page(CHANGED, {"changed_at": {"$gte": since}}, after=after, limit=limit)

    def open_alerts(self) -> tuple[list[Alert], list[str]]:
        """Return all open alerts, and the ids of those that cannot be read.

        One of these must not hide the others from the watch.
        """
        alerts, unreadable = [], []
        for document in self._documents.find({"is_open": True, "listed_for": OVERSEER}):
            try:
                alerts.append(self.root(document))
            except Exception:
                unreadable.append(str(document["_id"]))
        return alerts, unreadable

    def overdue(self, at: datetime, limit: int) -> list[str]:
        """Return the ids of alerts whose step is due, the longest waiting first.

        Ids, because one document that cannot be read must not stop the steps of the others.
        """
        due = self._documents.find({"next_step_at": {"$lte": at}}, {"_id": 1})
        return [found["_id"] for found in due.sort("next_step_at", 1).limit(limit)]

    def document(self, root: Alert) -> Document:
        """Return an alert as fields."""
        stored: Document = _stored(root)
        del stored["id"], stored["audience"]
        sparse = {"open_key": root.open_key, "next_step_at": stored.pop("next_step_at")}
        stored |= {name: value for name, value in sparse.items() if value is not None}
        return {**stored, "is_open": root.is_open, "listed_for": _audience_marks(root.audience)}

    def root(self, document: Mapping[str, Any]) -> Alert:
        """Return the alert that a document holds."""
        kind = Kind(document["kind"])
        plain = {field.name: document.get(field.name) for field in fields(Alert)}
        own = {
            "id": document["_id"],
            "kind": kind,
            "state": State(document["state"]),
            "policy": _policy(document["policy"]),
            "facts": _FACTS[kind](**_tupled(document["facts"])),
            "audience": _audience(document["listed_for"]),
            "deliveries": tuple(Receipt(**each) for each in document["deliveries"]),
            "actions": tuple(_action(each) for each in document["actions"]),
            "history": tuple(_transition(each) for each in document["history"]),
        }
        return Alert(**{**plain, **own})


class Allocations(Repository[Allocation]):
    """Who has each case, as last heard; read by case id only."""

    collection = "allocations"

    def scope(self, principal: Principal) -> Mapping[str, Any]:
        """Show nobody anything: no door leads here."""
        del principal
        return NOTHING

    def remember(self, heard: Allocation) -> None:
        """Remember who has a case, unless something later is known of it."""
        try:
            self.create(heard, ())
        except Taken:
            self.change(heard.case_id, lambda known: known.superseded_by(heard))

    def of_case(self, case_id: str) -> Allocation | None:
        """Return who has a case, if that has been heard."""
        return self.find({"_id": case_id})

    def document(self, root: Allocation) -> Document:
        """Return an allocation as fields."""
        return asdict(root)

    def root(self, document: Mapping[str, Any]) -> Allocation:
        """Return the allocation that a document holds."""
        known = (field.name for field in fields(Allocation) if field.name in document)
        return Allocation(**{name: document[name] for name in known})


class Drills(Standing[Drill]):
    """The drill, among no alerts: in a collection of its own."""

    collection = "drills"
    key = DRILL

    def document(self, root: Drill) -> Document:
        """Return the drill as fields."""
        return {"number": root.number, "reference": root.reference, "case_id": root.case_id}

    def root(self, document: Mapping[str, Any]) -> Drill:
        """Return the drill that the document holds."""
        return Drill(document["number"])


class Notes:
    """What people wrote about their actions, sealed with the key of the case."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def seal(self, case_id: str, text: str) -> object:
        """Return a note as it is kept."""
        return self._vault.seal(case_id, text)

    def unseal(self, note: object) -> str | None:
        """Return a note as it was written; None where it has been erased."""
        if not isinstance(note, Sealed):
            return None
        try:
            return str(self._vault.open(note))
        except Erased:
            return None


def _open_or_any(only_open: bool) -> list[bool]:
    return [True] if only_open else [True, False]


def _marks(principal: Principal | None) -> list[str]:
    if principal is None:
        return []
    if principal.role in MANAGERS:
        return [OVERSEER]
    return [f"role:{principal.role.value}", f"person:{principal.id}"]


def _audience_marks(audience: Audience) -> list[str]:
    roles = [f"role:{role}" for role in audience.roles]
    return [OVERSEER, *roles, *(f"person:{person}" for person in audience.account_ids)]


def _audience(marks: Sequence[str]) -> Audience:
    told = [mark.partition(":") for mark in marks]
    roles = tuple(name for kind, _, name in told if kind == "role")
    return Audience(roles, tuple(name for kind, _, name in told if kind == "person"))


def _stored(value: Any) -> Any:
    """Return a value of the domain as the database keeps it; waits in seconds."""
    if isinstance(value, Sealed):
        return value.stored()
    if is_dataclass(value):
        return {field.name: _stored(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_stored(each) for each in value]
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.value if isinstance(value, StrEnum) else value


def _tupled(stored: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
    }


def _policy(stored: Mapping[str, Any]) -> Policy:
    rungs = (
        Rung(Tells(each["tells"]), timedelta(seconds=each["after"])) for each in stored["rungs"]
    )
    return Policy(
        version=stored["version"],
        rungs=tuple(rungs),
        acknowledgement_lasts=timedelta(seconds=stored["acknowledgement_lasts"]),
        repeat_every=_wait(stored["repeat_every"]),
        unresolved_after=_wait(stored["unresolved_after"]),
    )


def _wait(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _action(stored: Mapping[str, Any]) -> Action:
    note = stored["note"]
    return Action(**{**stored, "note": None if note is None else Sealed(note)})


def _transition(stored: Mapping[str, Any]) -> Transition:
    return Transition(**{**stored, "state": State(stored["state"])})
