"""Notices in the database: what is to be sent to whom, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, ClassVar

from services.chassis.auth import Principal
from services.chassis.storage.aggregates import Repository
from services.chassis.storage.mongo import Document, Index, Shape, serving
from services.chassis.storage.paging import Page
from services.chassis.storage.queries import but
from services.chassis.storage.refusals import Taken
from services.notifications.domain.notices import Notice, Stage
from services.notifications.domain.responders import Channel

OF_PERSON = Shape(
    "notices_of_person", index="person", equal=("person_id",), sort=(("made_at", -1),)
)
OF_ALERT = Shape(
    "notices_of_alert", index="alert", equal=("alert_reference",), sort=(("made_at", -1),)
)
DUE = Shape("notices_due", index="due", sort=(("due_at", 1),), range=("due_at",))


class Notices(Repository[Notice]):
    """The notices of this service; `due_at` is there only while somebody is to look again."""

    collection = "notices"
    SHAPES: ClassVar[tuple[Shape, ...]] = (OF_PERSON, OF_ALERT, DUE)
    INDEXES: ClassVar[tuple[Index, ...]] = (
        Index("due", (("due_at", 1),), sparse=True),
        *map(serving, (OF_PERSON, OF_ALERT)),
    )

    def scope(self, principal: Principal) -> Mapping[str, Any]:
        """Return what somebody may see: what was sent to her."""
        return {"person_id": principal.id}

    def make(self, planned: Iterable[Notice]) -> Iterator[Notice]:
        """Keep new notices, and yield each that was not there already as soon as it is kept."""
        return (notice for notice in planned if self._made(notice))

    def missing(self, planned: Iterable[Notice]) -> list[Notice]:
        """Return those of some planned notices that are not there yet."""
        by_id = {notice.id: notice for notice in planned}
        found = self._documents.find({"_id": {"$in": list(by_id)}}, {"_id": 1}) if by_id else ()
        known = {document["_id"] for document in found}
        return [notice for key, notice in by_id.items() if key not in known]

    def have_been_tried(self, planned: Iterable[Notice], at: datetime) -> bool:
        """Tell whether none of some planned notices waits for its first answer any more.

        One that is not there is waited for as it was planned, one that is there as it is kept.
        """
        waits_until = {notice.id: notice.due_at for notice in planned}
        wanted = {"stage": 1, "attempts": 1, "due_at": 1}
        ids = {"_id": {"$in": list(waits_until)}}
        for stored in self._documents.find(ids, wanted) if waits_until else ():
            is_first_try = stored.get("stage") == Stage.SENDING.value and not stored.get("attempts")
            waits_until[stored["_id"]] = stored.get("due_at") if is_first_try else None
        return not any(moment and moment > at for moment in waits_until.values())

    def overdue(self, at: datetime, limit: int, without: Collection[str] = ()) -> list[str]:
        """Return the ids of notices that somebody is to look at, the longest waiting first."""
        due = self._documents.find(but({"due_at": {"$lte": at}}, without), {"_id": 1})
        return [found["_id"] for found in due.sort("due_at", 1).limit(limit)]

    def sent_times(self, person_id: str, method_id: str, since: datetime) -> list[datetime]:
        """Return when an address was used since a moment, for notices made since then."""
        query = {"person_id": person_id, "made_at": {"$gte": since}}
        found = self._documents.find(query, {"method_id": 1, "sent_at": 1})
        mine = (each.get("sent_at") for each in found if each.get("method_id") == method_id)
        return [moment for moment in mine if isinstance(moment, datetime)]

    def of_person(self, person_id: str, *, after: str | None, limit: int) -> Page[Notice]:
        """Return a page of what was sent to a person, newest first."""
        return self.page(OF_PERSON, {"person_id": person_id}, after=after, limit=limit)

    def of_alert(self, reference: str, *, after: str | None, limit: int) -> Page[Notice]:
        """Return a page of what was sent of an alert, newest first."""
        return self.page(OF_ALERT, {"alert_reference": reference}, after=after, limit=limit)

    def document(self, root: Notice) -> Document:
        """Return a notice as fields."""
        stored = asdict(root) | {"stage": root.stage.value, "channel": root.channel.value}
        del stored["id"]
        return {name: value for name, value in stored.items() if value is not None}

    def root(self, document: Mapping[str, Any]) -> Notice:
        """Return the notice that a document holds."""
        known = {each.name: document.get(each.name) for each in fields(Notice)}
        own = {
            "id": document["_id"],
            "stage": Stage(document["stage"]),
            "channel": Channel(document["channel"]),
        }
        return Notice(**{**known, **own})

    def _made(self, notice: Notice) -> bool:
        try:
            self.create(notice, ())
        except Taken:
            return False
        return True
