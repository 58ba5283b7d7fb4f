"""The forms of a rota: standing in, swapping, the plan itself, a calendar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from starlette.datastructures import FormData, ImmutableMultiDict, UploadFile

from services.portal.pages.areas import AREAS
from services.portal.pages.calling_labels import TURN_UNIT
from services.portal.pages.forms import Fault, Field, Form, Kind, is_whole, pattern
from services.portal.pages.gateway import JSON
from services.portal.pages.labels import DAY
from services.portal.pages.languages import noted as _n

BLANKS = 2
LEAST_PLACES = 4
_WHEN = _n("Enter a day and time; the end comes after the beginning")
_WHO = _n("Choose a colleague who takes alerts of this area on")
_SHIFT = _n("Choose a shift; the two are of different people")
_GAPS = _n("This leaves gaps: they are listed at the top of this page. Accept them or change it")
STAND_IN: dict[str, Field] = {
    "person": Field(_n("Who stands in"), Kind.CHOICE, needed=True, remedy=_WHO),
    "replaces": Field(_n("For whom"), Kind.CHOICE, remedy=_n("Choose somebody else here")),
    "from": Field(_n("From"), Kind.MOMENT, needed=True, remedy=_WHEN),
    "until": Field(_n("Until"), Kind.MOMENT, needed=True, remedy=_WHEN),
}
SWAP: dict[str, Field] = {
    "first": Field(_n("This shift"), Kind.CHOICE, needed=True, remedy=_SHIFT),
    "second": Field(_n("for this one"), Kind.CHOICE, needed=True, remedy=_SHIFT),
}
CALENDAR: dict[str, Field] = {
    "calendar": Field(
        _n("Calendar file (.ics)"),
        Kind.FILE,
        needed=True,
        remedy=_n("Nothing was taken: choose a calendar, and see the top of this page"),
    ),
    "as": Field(_n("Take its events as"), Kind.CHOICE, needed=True),
    "team": Field(_n("Name of the team"), remedy=_n("Give the team a name")),
    "accept_gaps": Field(_n("Accept these gaps"), Kind.FLAG, remedy=_GAPS),
}
_FIRST = "layers.0"
PLAN: dict[str, Field] = {
    "layers.*.team": Field(_n("Name of the team"), needed=True, remedy=_n("Give the team a name")),
    "layers.*.people": Field(_n("Who takes turns"), remedy=_n("Choose at least one colleague")),
    "layers.*.people.*": Field(_n("Who takes turns"), Kind.CHOICE, remedy=_WHO),
    "layers.*.turn.length": Field(
        _n("A turn lasts"), needed=True, remedy=_n("Write a whole number, at most a year")
    ),
    "layers.*.turn.unit": Field(
        _n("Counted in"), Kind.CHOICE, "", tuple(TURN_UNIT), "turn_unit", needed=True
    ),
    "layers.*.begins": Field(
        _n("First hand-over"), needed=True, remedy=_n("Enter a day and time to the minute")
    ),
    "layers.*.hours.*.days": Field(
        _n("Only on these days"),
        Kind.MANY,
        _n("Choose no day for a duty round the clock. A night goes from 17:00 until 09:00."),
        tuple(DAY),
        "day",
        remedy=_n("Choose days"),
    ),
    "layers.*.hours.*.from": Field(_n("Hours from"), Kind.TIME),
    "layers.*.hours.*.until": Field(_n("Hours until"), Kind.TIME),
    "fallback": Field(
        _n("Who is on duty when nobody else is"), Kind.CHOICE, needed=True, remedy=_WHO
    ),
    "accept_gaps": Field(_n("Accept these gaps"), Kind.FLAG, remedy=_GAPS),
}


def typed(form: FormData) -> ImmutableMultiDict[str, Any]:
    """Return what was typed without uploaded files, which no form shows again."""
    return ImmutableMultiDict(
        [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    )


def stand_in(form: Form) -> JSON:
    """Return an override as notifications takes it."""
    return form.document()


def swap(form: Form) -> JSON:
    """Return a swap as notifications takes it; each side was chosen as `from|until|person`."""
    return {side: _shift(form.get(side)) for side in SWAP}


async def calendar(form: FormData, version: int) -> JSON:
    """Return a calendar as notifications takes it, from a file or from typed text."""
    file = form.get("calendar")
    text = (await file.read()).decode(errors="replace") if isinstance(file, UploadFile) else file
    told = {"as": str(form.get("as", "")), "version": version}
    named = {"calendar": text, "team": str(form.get("team", "")).strip()}
    return told | {name: said for name, said in named.items() if said} | _accepting(form)


def with_faults(form: Form, problem: JSON) -> Form:
    """Return a form with one fault for each field, also for those that were left empty.

    What is wrong within a shift is told at the shift; what belongs to no field is told in full.
    """
    marked = form.with_faults(problem)
    own = {name: Fault(name, fault.code) for fault in marked.faults if (name := _own(form, fault))}
    told = replace(marked, faults=tuple(own.values())).with_unfilled()
    return told.with_more(_hidden(told) if form.fields is PLAN else ())


def _hidden(form: Form) -> Iterator[Fault]:
    """Yield what notifications does not come to see in a plan that it cannot read."""
    length = form.get(f"{_FIRST}.turn.length").strip()
    for name, is_there in (
        (f"{_FIRST}.people", bool(people(form))),
        (f"{_FIRST}.turn.length", is_whole(length) and int(length) > 0),
    ):
        if not is_there and not form.fault(name):
            yield Fault(name, "invalid")


def _own(form: Form, fault: Fault) -> str:
    whole = fault.name.partition(".")[0]
    return next((name for name in (fault.name, whole) if pattern(name) in form.fields), "")


def plan(form: Form, zone: str, rest: list[JSON], hours: list[JSON]) -> JSON:
    """Return a plan as notifications takes it: its first layer from the form, the rest as it was.

    `hours` are kept where there are more of them than the form can show.
    """
    length = form.get(f"{_FIRST}.turn.length").strip()
    layer = {
        "kind": "rotation",
        "team": form.get(f"{_FIRST}.team").strip(),
        "people": people(form),
        "begins": form.get(f"{_FIRST}.begins") or None,
        "turn": {
            "unit": form.get(f"{_FIRST}.turn.unit"),
            "length": int(length) if is_whole(length) else length,
        },
        "hours": hours if len(hours) > 1 else _hours(form),
    }
    return {"zone": zone, "fallback": form.get("fallback"), "layers": [layer, *rest]}


def people(form: Form) -> list[str]:
    """Return who takes turns, in order, without the places that were left empty."""
    start = f"{_FIRST}.people."
    numbers = sorted(int(n) for name in form.typed if is_whole(n := name.removeprefix(start)))
    return [who for number in numbers if (who := form.get(f"{start}{number}"))]


def plan_form(rota: JSON | None, area: str) -> Form:
    """Return the form of a plan as it holds, or of the first one."""
    layers = rota["layers"] if rota else []
    layer = layers[0] if layers and layers[0]["kind"] == "rotation" else {}
    turn = layer.get("turn") or {"unit": "weeks", "length": 1}
    known = {
        "fallback": rota["fallback"] if rota else "",
        f"{_FIRST}.team": layer.get("team", AREAS[area].name if area in AREAS else area),
        f"{_FIRST}.begins": layer.get("begins") or "",
        f"{_FIRST}.turn.unit": turn["unit"],
        f"{_FIRST}.turn.length": str(turn["length"]),
    }
    items = [*known.items(), *_placed(layer.get("people", [])), *_times(layer.get("hours", []))]
    return Form(PLAN, ImmutableMultiDict(items))


def with_places(form: Form) -> Form:
    """Return the form with those who take turns closed up, as they are sent and as faults count."""
    start = f"{_FIRST}.people."
    others = [(n, v) for n, v in form.typed.multi_items() if not n.startswith(start)]
    return Form(form.fields, ImmutableMultiDict([*others, *_placed(people(form))]))


def places(form: Form) -> range:
    """Return the numbers of the places for people that the form shows: some are empty."""
    return range(max(LEAST_PLACES, len(people(form)) + BLANKS))


def accepts(form: Form) -> JSON:
    """Return whether gaps were accepted."""
    return _accepting(form.typed)


def _accepting(typed: Mapping[str, Any]) -> JSON:
    return {"accept_gaps": True} if typed.get("accept_gaps") else {}


def _shift(chosen: str) -> JSON:
    begins, _, rest = chosen.partition("|")
    ends, _, person = rest.partition("|")
    return {"from": begins, "until": ends, "person": person}


def _hours(form: Form) -> list[JSON]:
    start = f"{_FIRST}.hours.0"
    days = form.typed.getlist(f"{start}.days")
    times = {name: form.get(f"{start}.{name}") or "00:00" for name in ("from", "until")}
    return [{"days": days, **times}] if days else []


def _placed(ids: list[str]) -> list[tuple[str, str]]:
    return [(f"{_FIRST}.people.{number}", who) for number, who in enumerate(ids)]


def _times(hours: list[JSON]) -> list[tuple[str, str]]:
    start = f"{_FIRST}.hours.0"
    found = [(f"{start}.days", day) for one in hours[:1] for day in one["days"]]
    return found + [(f"{start}.{n}", one[n]) for one in hours[:1] for n in ("from", "until")]
