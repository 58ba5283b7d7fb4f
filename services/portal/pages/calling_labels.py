"""The codes of calling people in words (to be translated): notices, ladders, figures, duty."""

from __future__ import annotations

from services.portal.pages.languages import noted as _n

PURPOSE = {
    "raised": _n("First call"),
    "worsened": _n("Worse than before"),
    "not_acknowledged": _n("Nobody had acknowledged"),
    "acknowledgement_expired": _n("The acknowledgement ran out"),
    "delivery_failed": _n("Others could not be reached"),
    "not_resolved": _n("It was not ended"),
    "case_allocated": _n("The case was given to somebody"),
    "handed_over": _n("It was handed over"),
    "test": _n("Test"),
}

STAGE = {
    "waiting": _n("To be sent"),
    "sending": _n("Is being sent"),
    "late": _n("The provider has not answered yet"),
    "sent": _n("Sent"),
    "failed": _n("Could not be sent"),
    "cancelled": _n("No longer needed"),
}

MEDIUM = {
    "at_once": _n("At once, outside your quiet hours"),
    "digest": _n("Once a day, together"),
    "never": _n("Not at all: I look into my inbox"),
}

TIER = {
    "responders": _n("The practitioner of the case, or who is on duty"),
    "manager": _n("The managers"),
    "duty_manager": _n("The duty managers"),
}

OPEN_AGE = {
    "under_15_minutes": _n("Under 15 minutes"),
    "under_1_hour": _n("15 minutes to 1 hour"),
    "under_1_day": _n("1 hour to 1 day"),
    "under_1_week": _n("1 day to 1 week"),
    "older": _n("Over 1 week"),
}

ADDRESS_HINT = {
    "email": _n("E-mail address"),
    "sms": _n("Number with + and the country, such as +44 7700 900123"),
    "chat": _n("Id of the chat, as its provider shows it"),
    "webhook": _n("Address that begins with https://"),
    "push": _n("Subscription of this browser"),
}

TURN_UNIT = {"hours": _n("hours"), "days": _n("days"), "weeks": _n("weeks")}

ROTA = {
    "responders": _n("Practitioners on duty"),
    "manager": _n("Managers on duty"),
    "duty_manager": _n("Duty managers on duty"),
}

SAVED = {
    "plan": _n("Plan"),
    "override": _n("Somebody stands in"),
    "swap": _n("Swap"),
    "calendar": _n("Calendar"),
    "taken_back": _n("Taken back"),
}

WORDS: dict[str, dict[str, str]] = {
    "address_hint": ADDRESS_HINT,
    "medium": MEDIUM,
    "open_age": OPEN_AGE,
    "purpose": PURPOSE,
    "rota": ROTA,
    "rota_saved": SAVED,
    "stage": STAGE,
    "tier": TIER,
    "turn_unit": TURN_UNIT,
}
