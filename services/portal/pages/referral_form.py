"""The referral form: its fields, and the groups that can hold several people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from services.contracts.dash import ANSWERS, BANDS, DASH_27, INSTRUMENTS
from services.portal.pages import labels
from services.portal.pages.forms import Field, Kind
from services.portal.pages.languages import noted as _n

GROUPS = ("children", "perpetrators", "contact.windows")


def _choice(label: str, words: str, options: Iterable[str], hint: str = "") -> Field:
    return Field(label, Kind.CHOICE, hint, tuple(options), words)


_REFERRER = {
    "agency_reference": Field(
        _n("Your own reference"), hint=_n("Sending the same reference twice makes one referral.")
    ),
    "area": _choice(_n("Area where she lives"), "area", ()),
    "referrer.name": Field(_n("Your name")),
    "referrer.role": Field(_n("Your job")),
    "referrer.telephone": Field(_n("Your telephone number")),
    "referrer.email": Field(_n("Your e-mail address"), Kind.EMAIL),
}

_CLIENT = {
    "client.given_name": Field(_n("Given name")),
    "client.family_name": Field(_n("Family name")),
    "client.aliases": Field(
        _n("Other names she uses"), Kind.LIST, _n("Put a comma between names.")
    ),
    "client.born_on": Field(_n("Date of birth"), Kind.DATE),
    "client.address": Field(_n("Address"), Kind.LONG),
    "client.postcode": Field(_n("Postcode")),
    "client.telephone": Field(_n("Telephone number")),
    "client.email": Field(_n("E-mail address"), Kind.EMAIL),
    "language": _choice(_n("Language she prefers"), "language", labels.LANGUAGE),
    "interpreter_needed": Field(_n("She needs an interpreter"), Kind.FLAG),
} | {
    f"client.diversity.{code}": Field(label, Kind.FLAG) for code, label in labels.DIVERSITY.items()
}

_CONTACT = {
    "contact.channel": _choice(
        _n("How she wants to be reached"), "channel", tuple(labels.CHANNEL)[:6]
    ),
    "contact.safe": _choice(
        _n("Is it safe to reach her this way?"),
        "answer",
        ("yes", "no", "unknown"),
        _n("If you do not know, nobody will use it until somebody has asked her."),
    ),
    "contact.windows.*.days": Field(_n("Days"), Kind.MANY, options=tuple(labels.DAY), words="day"),
    "contact.windows.*.from": Field(_n("From"), Kind.TIME),
    "contact.windows.*.to": Field(_n("Until"), Kind.TIME),
    "contact.voicemail_ok": Field(_n("A voice message may be left"), Kind.FLAG),
    "contact.sms_ok": Field(_n("A text message may be sent"), Kind.FLAG),
    "contact.code_name": Field(
        _n("Code name"), hint=_n("What the caller says instead of the service's name.")
    ),
    "contact.safe_person": Field(_n("Somebody she trusts, and how to reach them")),
    "contact.not_safe_to_talk_to": Field(_n("Who must not be spoken to")),
}

_FAMILY = {
    "children.*.given_name": Field(_n("Child's given name")),
    "children.*.born_on": Field(_n("Child's date of birth"), Kind.DATE),
    "children.*.status": _choice(_n("Where the child is"), "child_status", labels.CHILD_STATUS),
    "children.*.at_risk": Field(_n("At risk of being removed"), Kind.FLAG),
    "perpetrators.*.name": Field(_n("Name, if known")),
    "perpetrators.*.relationship": _choice(
        _n("Who this is to her"), "relationship", labels.RELATIONSHIP
    ),
    "perpetrators.*.born_on": Field(_n("Date of birth, if known"), Kind.DATE),
    "perpetrators.*.address": Field(_n("Address, if known")),
}

_RISK = {
    "instrument": _choice(_n("Which checklist was used"), "instrument", INSTRUMENTS),
    "grade": _choice(_n("Grade given with the checklist, if it has one"), "band", BANDS),
    "incidents_12_months": Field(_n("Incidents in the last 12 months"), Kind.NUMBER),
    "further_incident": _choice(
        _n("Has there been another incident since the last MARAC?"), "answer", ANSWERS
    ),
    "latest_incident_on": Field(_n("Date of the latest incident"), Kind.DATE),
    "previous_marac_on": Field(_n("Date of the last MARAC, if there was one"), Kind.DATE),
    "professional_judgement.level": _choice(_n("Your own judgement of the risk"), "band", BANDS),
    "professional_judgement.concern": Field(_n("What worries you most")),
    "professional_judgement.rationale": Field(_n("Why you judge so"), Kind.LONG),
} | {f"answers.{key}": _choice(labels.ITEM[key], "answer", ANSWERS) for key in DASH_27}

_REASON = {
    "needs": Field(_n("What she needs help with"), Kind.MANY, "", tuple(labels.NEED), "need"),
    "reason": Field(
        _n("Why you refer her"),
        Kind.LONG,
        _n("Write only what the service needs to know in order to help her."),
    ),
    "notes": Field(_n("Anything else"), Kind.LONG),
    "client_aware": Field(
        _n("Does she know about this referral?"), Kind.YES_NO, "", ("yes", "no"), "answer"
    ),
    "not_aware_reason": Field(_n("If not, why not")),
    "consent": _choice(_n("Her consent"), "consent", labels.CONSENT),
    "consent_not_sought_reason": Field(_n("If she was not asked, why not")),
    "lawful_basis": _choice(
        _n("What lets you share this without her consent"),
        "lawful_basis",
        labels.LAWFUL_BASIS,
        _n("Needed unless she has agreed."),
    ),
}

_NEEDED = frozenset(
    {
        "area",
        "referrer.name",
        "client.given_name",
        "client.family_name",
        "client.born_on",
        "language",
        "contact.channel",
        "contact.safe",
        "children.*.given_name",
        "children.*.status",
        "perpetrators.*.relationship",
        "instrument",
        "reason",
        "client_aware",
        "consent",
    }
)

_REMEDIES = {
    "instrument": _n("Choose one; for a woman under 18 the young people's checklist"),
    "lawful_basis": _n(
        "Choose one, unless she has agreed; it cannot be consent that was not given"
    ),
    "grade": _n("DARA needs a grade; DASH with 24 items has none"),
    "not_aware_reason": _n("Say why she does not know of it"),
    "contact.windows.*.to": _n("Enter a time after the beginning, such as 11:30"),
    "contact.windows.*.days": _n("Choose at least one day"),
    "client.given_name": _n("Write the name in letters"),
    "client.family_name": _n("Write the name in letters"),
    "client.telephone": _n("Write digits, with + and the country if abroad"),
    "referrer.telephone": _n("Write digits, with + and the country if abroad"),
}

FIELDS: dict[str, Field] = {
    name: replace(field, needed=name in _NEEDED, remedy=_REMEDIES.get(name, ""))
    for name, field in (_REFERRER | _CLIENT | _CONTACT | _FAMILY | _RISK | _REASON).items()
}

DECISION: dict[str, Field] = {
    "decision": Field(_n("What do you decide?"), Kind.CHOICE, words="decision", needed=True),
    "reason_code": _choice(_n("Reason"), "reason", (), _n("Needed to decline or to ask.")),
    "note": Field(
        _n("Note"),
        Kind.LONG,
        _n("Needed to answer a question or to reopen. The agency is told only the reason."),
    ),
}
