"""What to say about a faulty field, by the code of its fault (to be translated)."""

from __future__ import annotations

from services.portal.pages.forms import Kind
from services.portal.pages.languages import noted as _n

MISSING = frozenset({"missing", "required"})
FILL_IN = _n("Fill this in")
FOREIGN = _n("This is not part of the form")
CHOOSE = _n("Choose one of the answers")

BY_KIND: dict[Kind, str] = {
    Kind.DATE: _n("Enter a real date that is not in the future, such as 27 3 1990"),
    Kind.TIME: _n("Enter a time, such as 09:30"),
    Kind.NUMBER: _n("Enter a whole number within the limits"),
    Kind.EMAIL: _n("Enter an e-mail address, such as name@example.org"),
    Kind.CHOICE: CHOOSE,
    Kind.YES_NO: CHOOSE,
    Kind.MANY: CHOOSE,
    Kind.FILE: _n("Choose a file"),
    Kind.LONG: _n("Use 4,000 characters at the most"),
}

OTHERWISE = _n("Check this answer")

GROUPS: dict[str, str] = {
    "children": _n("Child %(number)s"),
    "perpetrators": _n("Person %(number)s"),
    "windows": _n("Time %(number)s"),
    "goals": _n("Goal %(number)s"),
    "methods": _n("Way %(number)s"),
    "rungs": _n("Step %(number)s"),
}
