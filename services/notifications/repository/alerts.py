"""Alerts in the database: documents and back, indexes, who sees which."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from services.chassis.auth import MANAGERS, Principal
from services.chassis.crypto import Sealed
from services.chassis.storage.aggregates import Repository
from services.chassis.storage.mongo import Document, Index, Shape, serving
from services.chassis.storage.paging import Page
from services.chassis.storage.queries import but
from services.chassis.storage.refusals import NotFound, Taken
from services.chassis.storage.scope import of_areas
from services.notifications.domain.course import Action, Call, Receipt, State, Transition
from services.notifications.domain.errors import AlertAlreadyRaised
from services.notifications.domain.escalation import Audience, Kind, Policy, Rung, Tells
from services.notifications.domain.figures import Course
from services.notifications.domain.model import Alert, Decision
from services.notifications.domain.record import Assessment, Facts, Lapse, Review, Waiting

OVERSEER = "overseer"
_FACTS: Mapping[Kind, type[Facts]] = {
    Kind.HIGH_RISK: Assessment,
    Kind.ENGAGEMENT: Lapse,
    Kind.REFERRAL_WAITING: Waiting,
    Kind.REVIEW_OVERDUE: Review,
}
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
BY_CASE = Shape("alerts_by_case_id", index="latest", equal=("case_id",))
CHANGED = Shape(
    "alerts_changed",
    index="changed",
    sort=(("changed_at", 1),),
    range=("changed_at",),
    beside=_SCOPE,
)
OF_PERIOD = Shape(
    "alerts_of_period",
    index="period",
    equal=("area",),
    sort=(("raised_at", -1),),
    range=("raised_at",),
    beside=_SCOPE,
)
DUE = Shape("steps_due", index="due", sort=(("next_step_at", 1),), range=("next_step_at",))


class Alerts(Repository[Alert]):
    """The alerts of this service.

    `listed_for` holds who finds an alert in her list: the audience and, always, the overseers of
    the area. `open_key` and `next_step_at` are there only while they say something.
    """

    collection = "notifications"
    SHAPES: ClassVar[tuple[Shape, ...]] = (
        LISTED,
        OF_CASE,
        BY_REFERENCE,
        BY_CASE,
        CHANGED,
        OF_PERIOD,
        DUE,
    )
    INDEXES: ClassVar[tuple[Index, ...]] = (
        Index("reference", (("reference", 1),), unique=True),
        Index("latest", (("case_id", 1), ("kind", 1), ("number", -1), ("_id", -1))),
        Index("episode", (("open_key", 1),), unique=True, sparse=True),
        Index("due", (("next_step_at", 1),), sparse=True),
        *map(serving, (LISTED, OF_CASE, CHANGED, OF_PERIOD)),
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

    def change_known(self, key: str, decide: Callable[[Alert], Decision]) -> Alert | None:
        """Change an alert as `change` does; None where there is none."""
        try:
            return self.change(key, decide)
        except NotFound:
            return None

    def latest(self, case_id: str, kind: Kind) -> Alert | None:
        """Return the alert of a case with the highest cause, open or resolved."""
        found = self._joined.having("case_id", case_id)
        of_kind = [document for document in found if document.get("kind") == kind.value]
        latest = max(of_kind, key=lambda document: document["number"], default=None)
        return None if latest is None else self.read(latest)

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

    def courses(self, area: str, since: datetime) -> list[Course]:
        """Return the courses of the alerts of an area that were raised since.

        Only what figures need is read; history holds the first of each decision.
        """
        return self._courses({"area": area, "raised_at": {"$gte": since}})

    def open_courses(self, area: str) -> list[Course]:
        """Return the courses of the open alerts of an area, however long ago they were raised."""
        return self._courses({"area": area, "is_open": True, "listed_for": OVERSEER})

    def _courses(self, query: Mapping[str, Any]) -> list[Course]:
        wanted = {"kind": 1, "level": 1, "raised_at": 1, "history": 1}
        return [_course(found) for found in self._documents.find(self._scoped(query), wanted)]

    def open_alerts(self) -> tuple[list[Alert], list[str]]:
        """Return all open alerts, and the ids of those that cannot be read.

        One of these must not hide the others from the watch.
        """
        alerts, unreadable = [], []
        for document in self._documents.find({"is_open": True, "listed_for": OVERSEER}):
            try:
                alerts.append(self.read(document))
            except Exception:
                unreadable.append(str(document["_id"]))
        return alerts, unreadable

    def overdue(self, at: datetime, limit: int, without: Collection[str] = ()) -> list[str]:
        """Return the ids of alerts whose step is due, the longest waiting first.

        Ids, because one document that cannot be read must not stop the steps of the others.
        """
        due = self._documents.find(but({"next_step_at": {"$lte": at}}, without), {"_id": 1})
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
            "call": Call(**document["call"]),
            "deliveries": tuple(Receipt(**each) for each in document["deliveries"]),
            "actions": tuple(_action(each) for each in document["actions"]),
            "history": tuple(_transition(each) for each in document["history"]),
        }
        return _whole(Alert(**{**plain, **own}))


def _whole(alert: Alert) -> Alert:
    """Return an alert; refuse a damaged one here, before it can stop what is done for others.

    Raises:
        ValueError: it is damaged.

    """
    moments = (alert.raised_at, alert.since, alert.changed_at, alert.next_step_at or alert.since)
    if not (all(isinstance(each, datetime) for each in moments) and isinstance(alert.level, int)):
        raise ValueError("a time or the level is none")
    if not alert.history:
        raise ValueError("it has no history")
    return alert


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


def _course(stored: Mapping[str, Any]) -> Course:
    first: dict[str, datetime] = {}
    for entry in stored["history"]:
        first.setdefault(entry["what"], entry["at"])
    return Course(
        kind=Kind(stored["kind"]),
        level=stored["level"],
        raised_at=stored["raised_at"],
        acknowledged_at=first.get("acknowledged"),
        actioned_at=first.get("actioned"),
    )
