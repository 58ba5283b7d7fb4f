"""What to say about a faulty field, by the code of its fault (to be translated)."""

from __future__ import annotations

from services.portal.pages.forms import Kind
from services.portal.pages.languages import noted as _n

_FILL_IN = _n("Fill this in")

BY_CODE: dict[str, str] = {
    "missing": _FILL_IN,
    "required": _FILL_IN,
    "unknown": _n("This is not part of the form"),
    "unknown_item": _n("The checklist that you chose has no such item: take the answer away"),
    "in_future": _n("This date has not come yet"),
    "too_long_ago": _n("Check the year"),
    "adult_instrument": _n("She is under 18: choose the young people's checklist"),
    "not_allowed": _n("This does not go with your other answers: leave it out or choose another"),
    "order": _n("The end must come after the beginning, on the same day"),
}

_CHOOSE = _n("Choose one of the answers")

BY_KIND: dict[Kind, str] = {
    Kind.DATE: _n("Enter a real date that is not in the future, such as 27 3 1990"),
    Kind.TIME: _n("Enter a time, such as 09:30"),
    Kind.NUMBER: _n("Enter a whole number within the limits"),
    Kind.EMAIL: _n("Enter an e-mail address, such as name@example.org"),
    Kind.CHOICE: _CHOOSE,
    Kind.YES_NO: _CHOOSE,
    Kind.MANY: _CHOOSE,
    Kind.LONG: _n("Use 4,000 characters at the most"),
}

OTHERWISE = _n("Check this answer")

GROUPS: dict[str, str] = {
    "children": _n("Child %(number)s"),
    "perpetrators": _n("Person %(number)s"),
    "windows": _n("Time %(number)s"),
    "goals": _n("Goal %(number)s"),
}
