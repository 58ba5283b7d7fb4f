"""Referrals in the database: as documents and back, sealed, indexed, and seen by whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, ClassVar

from services.chassis.auth import Principal
from services.chassis.context import fresh_context
from services.chassis.crypto import BlindIndex, Erased, Sealed, Vault
from services.chassis.ids import new_id, new_reference
from services.chassis.storage.aggregates import Repository
from services.chassis.storage.mongo import Document, Index, Shape, serving
from services.chassis.storage.paging import Page, newest
from services.chassis.storage.refusals import Taken
from services.chassis.storage.scope import of_areas
from services.chassis.storage.standing import Standing
from services.referrals.domain.drill import DRILL, Course, Drill
from services.referrals.domain.intake import Facts
from services.referrals.domain.model import Case, Move, Referral
from services.referrals.domain.states import IN_HAND, Status

NEAR_MATCHES = 20
_NEWEST = (("submitted_at", -1),)
_SCOPE = ("agency_id", "area")

ALL_OF_AGENCY = Shape(
    "all_referrals_of_an_agency", index="agency_newest", equal=("agency_id",), sort=_NEWEST
)
ALL_OF_AREAS = Shape("all_referrals_of_areas", index="area_newest", equal=("area",), sort=_NEWEST)
ALL = Shape("all_referrals", index="newest", sort=_NEWEST)
OF_AGENCY = Shape(
    "referrals_of_an_agency",
    index="agency_status_newest",
    equal=("agency_id", "status"),
    sort=_NEWEST,
)
OF_AREAS = Shape(
    "referrals_of_areas", index="status_area_newest", equal=("status", "area"), sort=_NEWEST
)
EVERYWHERE = Shape("referrals_everywhere", index="status_newest", equal=("status",), sort=_NEWEST)
BY_REFERENCE = Shape(
    "referral_by_reference", index="reference", equal=("reference",), beside=_SCOPE
)
OF_CASE = Shape(
    "referrals_of_a_case", index="case_reference", equal=("case_reference",), beside=_SCOPE
)
HOLDING = Shape("referrals_by_claim", index="claims", equal=("claims",))
NEAR = Shape("referrals_near_another", index="near", equal=("near",))


class Referrals(Repository[Referral]):
    """The referrals of this service; what is sealed in them is carried along unopened."""

    collection = "referrals"
    SHAPES: ClassVar[tuple[Shape, ...]] = (
        ALL_OF_AGENCY,
        ALL_OF_AREAS,
        ALL,
        OF_AGENCY,
        OF_AREAS,
        EVERYWHERE,
        BY_REFERENCE,
        OF_CASE,
        HOLDING,
        NEAR,
    )
    INDEXES: ClassVar[tuple[Index, ...]] = (
        *map(serving, (ALL_OF_AGENCY, ALL_OF_AREAS, ALL, OF_AGENCY, OF_AREAS, EVERYWHERE)),
        Index("reference", (("reference", 1),), unique=True),
        Index("case_reference", (("case_reference", 1),)),
        Index("claims", (("claims", 1),), unique=True, sparse=True),
        Index("near", (("near", 1),)),
    )

    def scope(self, principal: Principal) -> Mapping[str, Any]:
        """Return what somebody may see: an agency its own, the team its areas', others nothing."""
        if principal.role.is_agency:
            return {"agency_id": principal.agency_id}
        return of_areas(principal, "area")

    def listed(
        self, statuses: Sequence[Status], *, after: str | None, limit: int
    ) -> Page[Referral]:
        """Return a page of what the asker may see in these statuses, the newest first."""
        is_any = set(statuses) == set(Status)
        values: Document = {} if is_any else {"status": [status.value for status in statuses]}
        shape = self._list_shape(is_any=is_any)

        def ask(within: Document) -> Page[Referral]:
            return self.page(shape, values | within, after=after, limit=limit)

        if IN_HAND.issuperset(statuses):
            return ask({})
        return newest(ask, "submitted_at", after, self.runtime.now())

    def store(self, referral: Referral, events: Sequence[object]) -> bool:
        """Save a new one with its events; False where its claims or reference are taken."""
        try:
            self.create(referral, events)
        except Taken:
            return False
        return True

    def holding(self, claims: Sequence[str]) -> Sequence[Referral]:
        """Return the referrals that hold any of these claims, whoever asks."""
        return self._unscoped().select({"claims": {"$in": list(claims)}})

    def sees(self, case_reference: str) -> bool:
        """May the asker see any referral of this case?"""
        return self.find({"case_reference": case_reference}) is not None

    def of_case(self, case_reference: str) -> Sequence[Referral]:
        """Return all referrals of a case, the newest first, whoever asks."""
        found = self.having("case_reference", case_reference)
        return sorted(found, key=lambda referral: referral.submitted_at, reverse=True)

    def near(self, referrals: Sequence[Referral]) -> Sequence[str]:
        """Return the references of other cases that share something with one of these."""
        hashes = {one for referral in referrals for one in referral.near}
        own = {referral.case_reference for referral in referrals}
        found = self._unscoped().select({"near": {"$in": sorted(hashes)}})
        return sorted({other.case_reference for other in found} - own)[:NEAR_MATCHES]

    def document(self, root: Referral) -> Document:
        """Return the fields of a referral; the facts lie flat among them, days as ISO text."""
        kept = {name: getattr(root, name) for name in _PLAIN}
        return {
            **kept,
            **asdict(root.facts),
            "needs": list(root.facts.needs),
            "near": list(root.near),
            **({"claims": list(root.claims)} if root.claims else {}),
            "status": root.status.value,
            "sealed": {group: _stored(value) for group, value in root.sealed.items()},
            "history": [_step(move) for move in root.history],
        }

    def root(self, document: Mapping[str, Any]) -> Referral:
        """Return the referral that a document holds."""
        facts = {field.name: document[field.name] for field in fields(Facts)}
        return Referral(
            id=document["_id"],
            **{name: document[name] for name in _PLAIN},
            facts=Facts(**{**facts, "needs": tuple(facts["needs"])}),
            near=tuple(document["near"]),
            claims=tuple(document.get("claims", ())),
            sealed={group: Sealed(bytes(value)) for group, value in document["sealed"].items()},
            history=tuple(map(_move, document["history"])),
        )

    def _list_shape(self, *, is_any: bool) -> Shape:
        asker = self.context.principal
        if asker is not None and asker.role.is_agency:
            return ALL_OF_AGENCY if is_any else OF_AGENCY
        if asker is None or "*" in asker.areas:
            return ALL if is_any else EVERYWHERE
        return ALL_OF_AREAS if is_any else OF_AREAS

    def _unscoped(self) -> Referrals:
        """Return these referrals as the service itself sees them, never to be shown as they are."""
        return self.under(fresh_context())


class Drills(Standing[Drill]):
    """The drill, among no referrals: in a collection of its own."""

    collection = "drills"
    key = DRILL

    def document(self, root: Drill) -> Document:
        """Return the drill as fields."""
        named = {"reference": root.reference, "case_id": root.case_id}
        return {**asdict(root), "course": root.course.value, **named}

    def root(self, document: Mapping[str, Any]) -> Drill:
        """Return the drill that the document holds."""
        kept = {field.name: document[field.name] for field in fields(Drill)}
        return Drill(**{**kept, "course": Course(kept["course"])})


_PLAIN = (
    "reference",
    "case_id",
    "case_reference",
    "agency_id",
    "submitted_by",
    "submitted_at",
    "fingerprint",
    "repeat",
    "band",
    "assessment",
)


def _step(move: Move) -> Document:
    step = {name: getattr(move, name) for name in ("by", "at", "reason_code")}
    note = None if move.note is None else _stored(move.note)
    return {"was": move.was.value, "to": move.to.value, **step, "note": note}


def _move(step: Mapping[str, Any]) -> Move:
    note = None if step["note"] is None else Sealed(bytes(step["note"]))
    return Move(**{**step, "was": Status(step["was"]), "to": Status(step["to"]), "note": note})


def _stored(value: object) -> Any:
    """Return a sealed value as the database keeps it; anything else must never get there."""
    if not isinstance(value, Sealed):
        raise TypeError("only sealed values may be stored here")
    return value.stored()


class Strongbox:
    """What identifies her, made unreadable with her case's own key, and matched without reading."""

    def __init__(self, vault: Vault, index: BlindIndex) -> None:
        self._vault, self._index = vault, index

    def claim(self, who: Sequence[str]) -> Case:
        """Return the case of the woman with this matching key, made now if there is none."""
        found = self._vault.claim(self.blind("who", *who), new_id(), new_reference("C"))
        return Case(found.case_id, found.case_reference, found.is_new)

    def seal(self, case_id: str, value: object) -> Sealed:
        """Encrypt a JSON value with the key of the case."""
        return self._vault.seal(case_id, value)

    def open(self, sealed: object) -> Any:
        """Decrypt a value; None where it has been erased."""
        try:
            return self._vault.open(sealed) if isinstance(sealed, Sealed) else None
        except Erased:
            return None

    def blind(self, *parts: str) -> str:
        """Return a keyed hash (HMAC-SHA256, hexadecimal), equal for equal parts."""
        return self._index.of(*parts)
