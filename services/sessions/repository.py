"""Case files in the database: a file as a document and back, its indexes, and who sees which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any, ClassVar

from services.chassis.auth import Principal
from services.chassis.crypto import Erased, Sealed
from services.chassis.storage.aggregates import Repository
from services.chassis.storage.mongo import Document, Index, Shape, serving
from services.chassis.storage.paging import Page, newest
from services.chassis.storage.refusals import NotFound
from services.chassis.storage.scope import of_areas
from services.sessions.domain.model import CaseFile, Closure, Decision
from services.sessions.domain.referral import Referral, State
from services.sessions.domain.session import Attendance, Incident, Session, Words
from services.sessions.domain.timeline import Entry

_NEWEST = (("last_activity_at", -1),)

_NARROWED = ("state", "band")

MINE = Shape(
    "caseload_of_a_practitioner",
    index="open_practitioner_areas_activity",
    equal=("is_open", "practitioner_id", "areas"),
    sort=_NEWEST,
    beside=_NARROWED,
)
AREA = Shape(
    "caseload_of_areas",
    index="open_areas_activity",
    equal=("is_open", "areas"),
    sort=_NEWEST,
    beside=_NARROWED,
)
EVERYWHERE = Shape(
    "caseload_everywhere",
    index="open_activity",
    equal=("is_open",),
    sort=_NEWEST,
    beside=(*_NARROWED, "practitioner_id"),
)
BY_REFERENCE = Shape(
    "case_by_reference", index="reference", equal=("reference",), beside=("areas",)
)


class CaseFiles(Repository[CaseFile]):
    """The case files of this service.

    Words of sessions are sealed when a file is first written with them, carried along unopened, and
    opened only for who reads them.
    """

    collection = "sessions"
    SHAPES: ClassVar[tuple[Shape, ...]] = (MINE, AREA, EVERYWHERE, BY_REFERENCE)
    INDEXES: ClassVar[tuple[Index, ...]] = (
        Index("reference", (("reference", 1),), unique=True),
        *map(serving, (MINE, AREA, EVERYWHERE)),
    )

    def scope(self, principal: Principal) -> Mapping[str, Any]:
        """Return what staff may see: the cases of their areas; others see none."""
        return of_areas(principal, "areas")

    def caseload(
        self,
        state: State | None,
        band: str | None,
        *,
        mine: bool,
        after: str | None,
        limit: int,
    ) -> Page[CaseFile]:
        """Return a page of the asker's cases, the newest activity first; open ones for no state.

        What is open stays few however many cases are stored, so `is_open` comes first: where no
        index serves all that is asked, the embedded server goes by the first that leads one.
        """
        is_closed = state is State.CLOSED
        values: Document = {"is_open": not is_closed, **self._whose(mine=mine)}
        values |= {"state": state.value} if state and not is_closed else {}
        values |= {"band": band} if band else {}

        def ask(within: Document) -> Page[CaseFile]:
            return self.page(self._list_shape(values), values | within, after=after, limit=limit)

        if not is_closed:
            return ask({})
        return newest(ask, "last_activity_at", after, self.runtime.now())

    def change_or_open(self, bare: CaseFile, decide: Callable[[CaseFile], Decision]) -> CaseFile:
        """Change the file of a case that is most likely there; else begin it with `bare`."""
        try:
            return self.change(bare.id, decide)
        except NotFound:
            return self.open_or_change(decide(bare), decide)

    def open_words(self, session: Session) -> Words | None:
        """Return what was written freely in a session; None where it has been erased."""
        if isinstance(session.words, Words):
            return session.words
        try:
            told = self.runtime.vault.open(_sealed(session.words))
        except Erased:
            return None
        return Words(**{**told, "goals": tuple(told["goals"])})

    def document(self, root: CaseFile) -> Document:
        """Return a file as fields; what of it was not sealed yet is sealed here."""
        sessions = [
            {**_flat(session), "words": self._kept(root.case_id, session.words)}
            for session in root.sessions
        ]
        return {
            **{name: value for name, value in _flat(root).items() if name != "id"},
            "case_id": root.case_id,
            "areas": list(root.areas),
            "is_open": root.state is not State.CLOSED,
            "sessions": sessions,
        }

    def root(self, document: Mapping[str, Any]) -> CaseFile:
        """Return the file that a document holds."""
        state = {each.name: document[each.name] for each in fields(CaseFile) if each.name != "id"}
        return CaseFile(
            **state
            | {
                "id": document["_id"],
                "state": State(document["state"]),
                "referrals": tuple(Referral(**each) for each in document["referrals"]),
                "sessions": tuple(_session(each) for each in document["sessions"]),
                "timeline": tuple(_entry(each) for each in document["timeline"]),
                "closures": tuple(Closure(**each) for each in document["closures"]),
            }
        )

    def _whose(self, *, mine: bool) -> Document:
        asker = self.context.principal
        return {"practitioner_id": asker.id} if asker is not None and mine else {}

    def _list_shape(self, values: Document) -> Shape:
        asker = self.context.principal
        if asker is None or "*" in asker.areas:
            return EVERYWHERE
        return MINE if "practitioner_id" in values else AREA

    def _kept(self, case_id: str, words: object) -> object:
        """Return the stored form of words: None if nothing was written."""
        if words == Words():
            return None
        if isinstance(words, Words):
            return self.runtime.vault.seal(case_id, asdict(words)).stored()
        return _sealed(words).stored()


def _sealed(words: object) -> Sealed:
    if not isinstance(words, Sealed):
        raise TypeError("the words of a session are either written or sealed")
    return words


def _flat(item: Any) -> Document:
    """Return a dataclass as a document of what BSON can hold."""
    return {each.name: _plain(getattr(item, each.name)) for each in fields(item)}


def _plain(value: Any) -> Any:
    if isinstance(value, Words | Sealed):
        return None
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, State | Attendance):
        return value.value
    return _flat(value) if hasattr(value, "__dataclass_fields__") else value


def _session(stored: Mapping[str, Any]) -> Session:
    words, incident = stored["words"], stored["incident"]
    lists = ("approaches", "goal_ratings", "interests", "activities")
    return Session(
        **{**stored, **{name: tuple(stored[name]) for name in lists}}
        | {
            "attendance": Attendance(stored["attendance"]),
            "words": Words() if words is None else Sealed(bytes(words)),
            "incident": None if incident is None else _incident(incident),
        }
    )


def _incident(stored: Mapping[str, Any]) -> Incident:
    on = stored["on"]
    return Incident(date.fromisoformat(on) if on else None, stored["reported_to_police"])


def _entry(stored: Mapping[str, Any]) -> Entry:
    lists = {"codes": tuple(stored["codes"]), "earlier": tuple(stored.get("earlier", ()))}
    return Entry(**{**stored, **lists})
