"""What may be done with referrals: one function each; time and ids are arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from services.referrals.domain.drill import DRILL, Drill
from services.referrals.domain.drill import Decision as Turn
from services.referrals.domain.errors import (
    AlreadySentWithOtherContent,
    AreaNotServed,
    CaseNotFound,
    ClientErased,
    ReferenceJustTaken,
)
from services.referrals.domain.events import ReferralSubmitted
from services.referrals.domain.intake import (
    Intake,
    Told,
    distinct,
    matching_key,
    near_match_tokens,
)
from services.referrals.domain.model import Actor, Case, Decision, Referral
from services.referrals.domain.shown import to_agency, to_team
from services.referrals.domain.states import Verdict

OWN_TEAM = "outreach-team"
ATTENDED = frozenset({"attended", "late"})


class Referrals(Protocol):
    """The referrals that somebody may see, as far as the use cases need them."""

    def change(self, key: str, decide: Callable[[Referral], Decision]) -> Referral:
        """Load, decide and save with the events, as one; `key` is a reference or an id."""

    def store(self, referral: Referral, events: Sequence[object]) -> bool:
        """Save a new one with its events; False where its claims or reference are taken."""

    def holding(self, claims: Sequence[str]) -> Sequence[Referral]:
        """Return the referrals that hold any of these claims, whoever asks."""

    def sees(self, case_reference: str) -> bool:
        """May the asker see any referral of this case?"""

    def of_case(self, case_reference: str) -> Sequence[Referral]:
        """Return all referrals of a case, the newest first, whoever asks."""

    def near(self, referrals: Sequence[Referral]) -> Sequence[str]:
        """Return the references of other cases that share something with one of these."""


class Drills(Protocol):
    """The one drill, as it is kept."""

    def change(self, key: str, decide: Callable[[Drill], Turn]) -> Drill:
        """Load, decide and save."""

    def is_piling_up(self) -> bool:
        """Tell whether more than one thing that was said of it has not been heard yet."""

    def turn(self, first: Turn, decide: Callable[[Drill], Turn]) -> Drill:
        """Load, decide and save; where there is none yet, save the first."""


class Strongbox(Protocol):
    """Where what identifies her is made unreadable, and read again."""

    def claim(self, who: Sequence[str]) -> Case:
        """Return the case of the woman with this matching key, made now if there is none."""

    def seal(self, case_id: str, value: object) -> object:
        """Encrypt a JSON value with the key of the case."""

    def open(self, sealed: object) -> Any:
        """Decrypt a value; None where it has been erased."""

    def blind(self, *parts: str) -> str:
        """Return a keyed hash, equal for equal parts."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a submission; a replay is the referral that was stored before."""

    referral: Referral
    is_replay: bool


def submit_referral(
    referrals: Referrals,
    strongbox: Strongbox,
    intake: Intake,
    *,
    id: str,
    reference: str,
    areas: tuple[str, ...],
    by: Actor,
    at: datetime,
    key: str | None = None,
) -> Receipt:
    """Take a referral in, once, however often it is sent.

    Raises:
        AreaNotServed: no team covers the area.
        AlreadySentWithOtherContent: its key or agency reference belongs to another referral.
        ReferenceJustTaken: to be sent again.

    """
    if intake.facts.area not in areas:
        raise AreaNotServed(areas)
    case = strongbox.claim(matching_key(intake.particulars.client))
    earlier = () if case.is_new else referrals.of_case(case.case_reference)
    referral = Referral(
        id=id,
        reference=reference,
        case_id=case.case_id,
        case_reference=case.case_reference,
        agency_id=by.agency_id or OWN_TEAM,
        submitted_by=by.id,
        submitted_at=at,
        claims=_claims(strongbox, by, key, intake.particulars.agency_reference),
        repeat=any(known.makes_a_repeat(at) for known in earlier),
        **_told(strongbox, case.case_id, intake),
    )
    if referrals.store(referral, (ReferralSubmitted(),)):
        return Receipt(referral, is_replay=False)
    return Receipt(_sent_before(referrals, referral), is_replay=True)


def _told(strongbox: Strongbox, case_id: str, intake: Intake) -> dict[str, Any]:
    """Return what was told as it is stored: facts readable, the rest sealed or hashed."""
    groups = asdict(intake.particulars)
    tokens = near_match_tokens(intake.particulars.client)
    return {
        "facts": intake.facts,
        "sealed": {group: strongbox.seal(case_id, value) for group, value in groups.items()},
        "fingerprint": strongbox.blind("content", intake.canonical),
        "near": tuple(strongbox.blind(*token) for token in tokens),
    }


def _claims(
    strongbox: Strongbox, by: Actor, key: str | None, agency_reference: str | None
) -> tuple[str, ...]:
    """Return what only one referral of this sender may hold: its key and its own reference."""
    sender = by.agency_id or by.id
    told = (("key", key), ("agency_reference", agency_reference))
    return tuple(strongbox.blind(kind, sender, value) for kind, value in told if value)


def _sent_before(referrals: Referrals, referral: Referral) -> Referral:
    found = referrals.holding(referral.claims)
    if not found:
        raise ReferenceJustTaken
    if any(known.fingerprint != referral.fingerprint for known in found):
        raise AlreadySentWithOtherContent
    return found[0]


def decide_referral(
    referrals: Referrals,
    strongbox: Strongbox,
    reference: str,
    verdict: Verdict,
    *,
    by: Actor,
    at: datetime,
    reason_code: str | None = None,
    note: str | None = None,
) -> Referral:
    """Apply a person's verdict; the note is sealed with her key.

    Raises:
        NotForAgencies, DecisionNotPossible: as the referral refuses.

    """

    def decided(referral: Referral) -> Decision:
        sealed = None if note is None else strongbox.seal(referral.case_id, note)
        return referral.decide(verdict, by=by, at=at, reason_code=reason_code, note=sealed)

    return referrals.change(reference, decided)


def hear_assessment(referrals: Referrals, case_reference: str, band: str, number: int) -> None:
    """Show the newest band of a case on its referrals."""
    _each(referrals, case_reference, lambda referral: referral.assessed(band, number))


def hear_session(
    referrals: Referrals,
    case_reference: str,
    *,
    attendance: str,
    by: str,
    held_at: datetime,
    said_at: datetime,
    at: datetime,
) -> None:
    """Mark work as begun when she came to a session that was told of at some moment."""

    def heard(referral: Referral) -> Decision:
        return referral.met(by=by, held_at=held_at, said_at=said_at, at=at)

    if attendance in ATTENDED:
        _each(referrals, case_reference, heard)


def hear_closure(
    referrals: Referrals, case_reference: str, *, by: str, closed_at: datetime, at: datetime
) -> None:
    """Close the referrals of a case that was closed."""
    _each(referrals, case_reference, lambda r: r.case_closed(by=by, closed_at=closed_at, at=at))


def _each(
    referrals: Referrals, case_reference: str, decide: Callable[[Referral], Decision]
) -> None:
    """Change each referral of a case in a write of its own; a retry goes on where one stopped."""
    for referral in referrals.of_case(case_reference):
        referrals.change(referral.id, decide)


def turn_drill(drills: Drills, *, every: timedelta, at: datetime) -> Drill:
    """Begin a drill when its time has come, or note that the last one is overdue."""
    is_piling_up = drills.is_piling_up()
    return drills.turn(
        Drill.begin(at=at, every=every),
        lambda drill: drill.turn(at=at, every=every, is_piling_up=is_piling_up),
    )


def hear_drill(
    drills: Drills, number: int, *, began_at: datetime, outcome: str, at: datetime
) -> None:
    """Note that a drill has come back; only one that would have raised an alert is a success."""
    is_success = outcome == "raised"
    drills.change(
        DRILL,
        lambda drill: drill.come_back(number, began_at=began_at, is_success=is_success, at=at),
    )


def shown_to(by: Actor, referral: Referral, strongbox: Strongbox) -> Mapping[str, Any]:
    """Return what this person is shown of a referral: an agency the minimum, the team the rest."""
    return to_agency(referral, strongbox.open) if by.is_agency else to_team(referral)


def read_client(
    referrals: Referrals, strongbox: Strongbox, case_reference: str
) -> Mapping[str, Any]:
    """Return who she is and how to reach her, by all that her referrals tell.

    Whoever may see one referral of the case is shown all of them: she is one woman, and what
    another area was told of her may be what matters.

    Raises:
        CaseNotFound: there is none that the asker may see.
        ClientErased: who she was is gone for good.

    """
    if not referrals.sees(case_reference):
        raise CaseNotFound
    told = [
        (r, {group: strongbox.open(value) for group, value in r.sealed.items()})
        for r in referrals.of_case(case_reference)
    ]
    newest = told[0][1]
    if newest["client"] is None:
        raise ClientErased
    return {
        "case_reference": case_reference,
        "client": newest["client"],
        "contact": newest["contact"],
        "children": _everybody(told, "children"),
        "perpetrators": _everybody(told, "perpetrators"),
        "referrals": [_opened(referral, groups, strongbox) for referral, groups in told],
        "near_matches": referrals.near([referral for referral, _ in told]),
    }


def _everybody(told: Sequence[tuple[Referral, Told]], group: str) -> Sequence[Told]:
    return distinct(person for _, groups in told for person in groups[group])


def _opened(referral: Referral, groups: Told, strongbox: Strongbox) -> Mapping[str, Any]:
    confided = {group: groups[group] for group in _CONFIDED}
    moves = [
        {**asdict(move), "note": move.note and strongbox.open(move.note)}
        for move in referral.history
    ]
    return {**to_team(referral), **confided, "history": moves}


_CONFIDED = ("agency_reference", "contact", "referrer", "narrative")
