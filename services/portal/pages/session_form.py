"""The form for an outreach session, short enough to fill in on a telephone beside her."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.datastructures import ImmutableMultiDict

from services.contracts.dash import BANDS, DASH_27
from services.portal.pages import labels, work_labels
from services.portal.pages.forms import Field, Form, Kind, Typed, without_gaps
from services.portal.pages.languages import noted as _n

RATINGS = tuple(str(number) for number in range(11))
ANSWERS = ("yes", "no", "dont_know")


def _choice(label: str, words: str, options: Iterable[str], hint: str = "") -> Field:
    return Field(label, Kind.CHOICE, hint, tuple(options), words)


FIELDS: dict[str, Field] = {
    "held_at": Field(
        _n("When"), Kind.MOMENT, needed=True, remedy=_n("Give a day and time that have come")
    ),
    "attendance": Field(
        _n("How it went"), Kind.CHOICE, "", tuple(work_labels.ATTENDANCE), "attendance", needed=True
    ),
    "reason": Field(
        _n("If you did not meet, why"),
        Kind.CHOICE,
        "",
        tuple(work_labels.MISSED_REASON),
        "missed_reason",
        remedy=_n("Only for a session that did not take place: leave it out"),
    ),
    "approaches": Field(
        _n("What you worked with"),
        Kind.MANY,
        _n("At least one, if you met."),
        tuple(work_labels.APPROACH),
        "approach",
        remedy=_n("If you met, choose at least one; if you did not, leave this out"),
    ),
    "place": _choice(_n("Where"), "place", work_labels.PLACE),
    "contact_was_safe": _choice(
        _n("Could you speak without danger to her?"), "answer", ("yes", "no", "unknown")
    ),
    "notes": Field(
        _n("Notes"),
        Kind.LONG,
        _n("Write of people by their role, such as “her sister”, not by name."),
    ),
    "incident.happened": Field(_n("She told of another incident"), Kind.FLAG),
    "incident.on": Field(_n("Day of the incident, if known"), Kind.DATE),
    "incident.reported_to_police": Field(
        _n("Were the police told?"), Kind.YES_NO, "", ("yes", "no"), "answer"
    ),
    "professional_judgement.level": _choice(_n("Your own judgement of the risk"), "band", BANDS),
    "professional_judgement.rationale": Field(_n("Why you judge so"), Kind.LONG),
    "engagement": Field(
        _n("How much she could take part, 0 to 10"),
        Kind.NUMBER,
        _n("Your impression. It is about the session, not about her."),
        RATINGS,
        remedy=_n("Only if you met: a number from 0 to 10"),
    ),
    "goals.*.goal": Field(_n("Her goal, in her words")),
    "goals.*.rating": Field(_n("Her own rating, 0 to 10"), Kind.NUMBER, "", RATINGS),
    "interests": Field(
        _n("What she is interested in"), Kind.MANY, "", tuple(work_labels.INTEREST), "interest"
    ),
    "activities": Field(
        _n("What you did together"),
        Kind.MANY,
        "",
        tuple(work_labels.INTEREST),
        "interest",
        remedy=_n("Only if you met: leave this out"),
    ),
    "capacity_to_change": Field(_n("What you understand of her capacity to change"), Kind.LONG),
    "consulted_colleagues": Field(_n("I talked this over with colleagues"), Kind.FLAG),
} | {f"disclosures.{key}": _choice(labels.ITEM[key], "answer", ANSWERS) for key in DASH_27}


def session_form(typed: Typed, zone: str) -> Form:
    """Return the form as it was typed; a goal on file that was not rated now is left out."""
    items = typed.multi_items()
    unrated = {
        name.removesuffix(".known")
        for name, _ in items
        if name.endswith(".known") and not typed.get(name.replace(".known", ".rating"))
    }
    kept = [(name, value) for name, value in items if name.rpartition(".")[0] not in unrated]
    return Form(FIELDS, without_gaps(ImmutableMultiDict(kept), ("goals",)), zone=zone)


def session_of(form: Form) -> dict[str, Any]:
    """Return the session to be recorded; an incident is told only if she told of one."""
    session = form.document()
    incident = session.pop("incident", {})
    if incident.pop("happened", False):
        session["incident"] = incident
    return session


def tells_of_risk(session: dict[str, Any]) -> bool:
    """Does the session say something that the risk is assessed by?"""
    return bool({"disclosures", "incident", "professional_judgement"} & session.keys())
