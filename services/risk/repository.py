"""Risk profiles in the database: a profile as a document and back, its indexes, who sees which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from services.chassis.auth import Principal
from services.chassis.crypto import Erased, Sealed
from services.chassis.storage.aggregates import Repository
from services.chassis.storage.mongo import Document, Index, Shape
from services.chassis.storage.scope import of_areas
from services.chassis.storage.standing import Standing
from services.risk.domain.assessment import (
    Assessment,
    Change,
    Grade,
    Judgement,
    Known,
    Line,
    Source,
)
from services.risk.domain.dash import Basis, Finding, Ground, IncidentCount, Score
from services.risk.domain.drill import DRILL, Drill
from services.risk.domain.model import NEVER_LATER, AwaitedAlert, Facts, RiskProfile
from services.risk.domain.ruleset import Answer, Band

BY_REFERENCE = Shape(
    "profile_by_reference", index="reference", equal=("reference",), beside=("areas",)
)
UNANSWERED = Shape(
    "alerts_still_awaited",
    index="announce_again_at",
    sort=(("announce_again_at", 1),),
    range=("announce_again_at",),
)


class RiskProfiles(Repository[RiskProfile]):
    """The risk profiles of this service.

    Free text of judgements is sealed when it is first written, carried along unopened, and opened
    only for who reads it. `announce_again_at` is there only while an alert is awaited.
    """

    collection = "risk"
    SHAPES: ClassVar[tuple[Shape, ...]] = (BY_REFERENCE, UNANSWERED)
    INDEXES: ClassVar[tuple[Index, ...]] = (
        Index("reference", (("reference", 1),), unique=True),
        Index("announce_again_at", (("announce_again_at", 1),), sparse=True),
    )

    def scope(self, principal: Principal) -> Mapping[str, Any]:
        """Return what staff may see: the cases of their areas; others see none."""
        return of_areas(principal, "areas")

    def unanswered(self, at: datetime, limit: int) -> list[str]:
        """Return the ids of profiles whose awaited alert is overdue, the longest waiting first.

        So is one whose time is further off than any pause: a clock that was put back since set it.
        Those whose words are not known to be on the bus are left out: saying more there helps
        nobody. Ids, because one profile that cannot be read must not silence the others.
        """
        ids: list[str] = []
        for moment in ({"$lte": at}, {"$gt": at + NEVER_LATER}):
            fields = {"outbox_due": 1, "outbox_said": 1}
            found = self._documents.find({"announce_again_at": moment}, fields)
            overdue = found.sort("announce_again_at", 1).limit(limit)
            ids += [each["_id"] for each in overdue if _is_on_the_bus(each)]
        return ids

    def open_words(self, words: object | None) -> str | None:
        """Return free text as it was written; None where there is none or it has been erased."""
        if not isinstance(words, Sealed):
            return None if words is None else str(words)
        try:
            return str(self.runtime.vault.open(words))
        except Erased:
            return None

    def document(self, root: RiskProfile) -> Document:
        """Return a profile as fields; what of it was not sealed yet is sealed here."""
        stored: Document = self._stored(root, root.case_id)
        del stored["id"]
        if root.awaited:
            stored["announce_again_at"] = root.awaited.announce_again_at
        return {**stored, "case_id": root.case_id}

    def root(self, document: Mapping[str, Any]) -> RiskProfile:
        """Return the profile that a document holds."""
        awaited = document["awaited"]
        return RiskProfile(
            id=document["_id"],
            reference=document["reference"],
            area=document["area"],
            opened_at=document["opened_at"],
            areas=tuple(document["areas"]),
            closed_at=document["closed_at"],
            lines={name: _line(stored) for name, stored in document["lines"].items()},
            facts=_facts(document["facts"]),
            judgement=_judgement(document["judgement"]),
            assessments=tuple(_assessment(stored) for stored in document["assessments"]),
            awaited=AwaitedAlert(**awaited) if awaited else None,
        )

    def _stored(self, value: Any, case_id: str) -> Any:
        """Return a value as BSON holds it; free text of a judgement as ciphertext."""
        if isinstance(value, Judgement):
            return {
                **{"level": value.level.value, "by": value.by, "at": value.at},
                "concern": self._kept(value.concern, case_id),
                "rationale": self._kept(value.rationale, case_id),
            }
        if is_dataclass(value):
            return {f.name: self._stored(getattr(value, f.name), case_id) for f in fields(value)}
        if isinstance(value, Mapping):
            return {key: self._stored(item, case_id) for key, item in value.items()}
        if isinstance(value, tuple):
            return [self._stored(item, case_id) for item in value]
        return value.value if isinstance(value, StrEnum) else value

    def _kept(self, words: object | None, case_id: str) -> object:
        if words is None:
            return None
        sealed = words if isinstance(words, Sealed) else self.runtime.vault.seal(case_id, words)
        return sealed.stored()


class Drills(Standing[Drill]):
    """The drill, among no profiles: in a collection of its own."""

    collection = "drills"
    key = DRILL

    def document(self, root: Drill) -> Document:
        """Return the drill as fields."""
        return {"number": root.number, "reference": root.reference, "case_id": root.case_id}

    def root(self, document: Mapping[str, Any]) -> Drill:
        """Return the drill that the document holds."""
        return Drill(document["number"])


def _is_on_the_bus(document: Mapping[str, Any]) -> bool:
    """Tell whether nothing waits to be published; for `$or`, some servers look at everything."""
    return "outbox_due" not in document or "outbox_said" in document


def _assessment(stored: Mapping[str, Any]) -> Assessment:
    return Assessment(
        **{**stored}
        | {
            "source": Source(**stored["source"]),
            "answers": {item: Answer(answer) for item, answer in stored["answers"].items()},
            "grade": _band(stored["grade"]),
            "judgement": _judgement(stored["judgement"]),
            "dissent": _judgement(stored["dissent"]),
            "finding": _finding(stored["finding"]),
            "band": Band(stored["band"]),
            "previous_band": _band(stored["previous_band"]),
            "changes": tuple(
                Change(change["item"], Answer(change["was"]), Answer(change["now"]))
                for change in stored["changes"]
            ),
            "unrecognised": tuple(stored["unrecognised"]),
        }
    )


def _finding(stored: Mapping[str, Any]) -> Finding:
    return Finding(
        score=Score(**stored["score"]) if stored["score"] else None,
        factors=tuple(stored["factors"]),
        grounds=tuple(Ground(ground) for ground in stored["grounds"]),
        cues=tuple(stored["cues"]),
        prompts=tuple(stored["prompts"]),
        incidents=stored["incidents"],
        actuarial=Band(stored["actuarial"]),
        level=Band(stored["level"]),
        basis=tuple(Basis(basis) for basis in stored["basis"]),
        level_if_unknown=Band(stored["level_if_unknown"]),
    )


def _line(stored: Mapping[str, Any]) -> Line:
    told = stored["answers"].items()
    known = {item: Known(Answer(each["answer"]), each["at"]) for item, each in told}
    grade = stored["grade"]
    return Line(
        stored["instrument"], known, Grade(Band(grade["level"]), grade["at"]) if grade else None
    )


def _facts(stored: Mapping[str, Any]) -> Facts:
    return Facts(
        incidents_at=tuple(stored["incidents_at"]),
        incident_counts=tuple(IncidentCount(**count) for count in stored["incident_counts"]),
        further_incidents_at=tuple(stored["further_incidents_at"]),
        previous_maracs_at=tuple(stored["previous_maracs_at"]),
    )


def _judgement(stored: Mapping[str, Any] | None) -> Judgement | None:
    if stored is None:
        return None
    words = {name: _words(stored[name]) for name in ("concern", "rationale")}
    return Judgement(Band(stored["level"]), stored["by"], stored["at"], **words)


def _words(stored: bytes | None) -> Sealed | None:
    return None if stored is None else Sealed(bytes(stored))


def _band(stored: str | None) -> Band | None:
    return None if stored is None else Band(stored)
