"""What is wrong with a rota, all of it at once: each fault with its place and a sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from services.notifications.domain import rota_reasons
from services.notifications.domain.errors import Fault
from services.notifications.domain.layers import Layer, Listed, Rotation
from services.notifications.domain.rota_plan import Override, Plan
from services.notifications.domain.rota_reasons import Reason
from services.notifications.domain.wall import Window, is_zone

LONGEST_TURN = timedelta(days=366)
LONGEST_IN_HOURS = LONGEST_TURN // timedelta(hours=1)
YEARS = range(2000, 2101)
Path = tuple[str | int, ...]


def faults_of_plan(plan: Plan) -> Iterator[Fault]:
    """Yield what is wrong with a plan."""
    if not is_zone(plan.zone):
        yield Fault(("zone",), "Name a time zone of the IANA, such as Europe/London.")
    if not plan.fallback:
        yield Fault(("fallback",), "Name who is on duty when nobody else is.")
    if not plan.layers:
        yield Fault(("layers",), "Give at least one layer of people.")
    for place, layer in enumerate(plan.layers):
        for fault in _of_layer(layer):
            yield fault.under("layers", place)


def faults_of_override(override: Override) -> Iterator[Fault]:
    """Yield what is wrong with an override."""
    yield from _of_window(override.window)
    if not override.person:
        yield Fault(("person",), "Name who stands in.")
    if override.person and override.person == override.replaces:
        yield Fault(("replaces",), "Nobody stands in for herself.")


def faults_of_overrides(overrides: Sequence[Override]) -> Iterator[Fault]:
    """Yield what is wrong with overrides."""
    for place, each in enumerate(overrides):
        for fault in faults_of_override(each):
            yield fault.under("overrides", place)


def _of_layer(layer: Layer) -> Iterator[Fault]:
    if not layer.team.strip():
        yield Fault(("team",), "Give the team a name.")
    yield from _of_rotation(layer) if isinstance(layer, Rotation) else _of_list(layer)


def _of_rotation(layer: Rotation) -> Iterator[Fault]:
    if not all(layer.people) or not layer.people:
        yield Fault(("people",), "Name at least one person, and each by an id.")
    if not 0 < layer.turn.length <= LONGEST_IN_HOURS or layer.turn.span > LONGEST_TURN:
        yield Fault(("turn", "length"), "Give a turn more than nothing and at most 366 days.")
    begins = layer.begins
    if begins.year not in YEARS or begins.second or begins.microsecond or begins.tzinfo:
        detail = "Give a local date and time to the minute, from 2000 to 2100, without a zone."
        yield Fault(("begins",), detail)
    for place, hours in enumerate(layer.hours):
        if not hours.days:
            yield Fault(("hours", place, "days"), "Name at least one day of the week.")


def _of_list(layer: Listed) -> Iterator[Fault]:
    if not layer.shifts:
        yield Fault(("shifts",), "Give at least one shift.")
    for place, (window, person) in enumerate(layer.shifts):
        if not person:
            yield Fault(("shifts", place, "person"), "Name whose shift this is.")
        for fault in _of_window(window):
            yield fault.under("shifts", place)
    for place, ((before, _), (after, _)) in enumerate(pairwise(layer.shifts), start=1):
        if after.begins < before.ends:
            detail = "Shifts of one layer stand in order, and none begins before the last ends."
            yield Fault(("shifts", place, "from"), detail)


def _of_window(window: Window) -> Iterator[Fault]:
    if window.ends <= window.begins:
        yield rota_reasons.fault(("until",), Reason.ENDS_FIRST)
    if window.begins.year not in YEARS or window.ends.year not in YEARS:
        yield rota_reasons.fault(("from",), Reason.OTHER_YEARS, first=YEARS[0], last=YEARS[-1])
