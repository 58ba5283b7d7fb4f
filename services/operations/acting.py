"""Replaying and dropping: each written down first, then done, one after another in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache

from environs import Env

from services.chassis import clock
from services.chassis.storage.operations_log import Operation
from services.operations.bus import bus
from services.operations.desk import Desk, NotSent, desk
from services.operations.letter import DeadLetter
from services.operations.records import records
from services.operations.settings import bus_uri
from services.operations.wayback import CannotReturn, way_back

REPLAY, DROP = "replay", "drop"
NOT_FOUND = "there is no dead letter of this id: see `outreach dead-letters list`"

Write = Callable[[Operation], None]
Watch = Callable[[str, int, Iterable[DeadLetter]], Iterator[DeadLetter]]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done, to which letters, by whom; `ids` None means all, of `type` if given."""

    action: str
    consumers: Sequence[str]
    ids: frozenset[str] | None
    by: str
    why: str | None = None
    type: str | None = None

    def means(self, letter: DeadLetter) -> bool:
        """Tell whether a letter is one of those."""
        if self.ids is not None and letter.id not in self.ids:
            return False
        found = letter.envelope
        return self.type is None or (found is not None and found.type == self.type)


@dataclass(frozen=True, slots=True)
class LeftOver:
    """A letter, or an id, that nothing was done to, and why; no consumer: it was not found."""

    id: str
    consumer: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has been done so far and what was left; it grows while an order is carried out."""

    done: list[DeadLetter] = field(default_factory=list)
    left: list[LeftOver] = field(default_factory=list)


def carry_out(env: Env, order: Order, outcome: Outcome, watch: Watch) -> None:
    """Do what was ordered, letter by letter; `watch` passes them on and shows how far it is.

    Raises:
        CannotReach: the bus or a database is away; `outcome` has what was done until then.

    """
    with bus(bus_uri(env)) as connection:
        for consumer in order.consumers:
            with desk(connection, consumer) as at, ExitStack() as opened:
                open_log = cache(lambda name: opened.enter_context(records(env, name)))
                for letter in watch(consumer, at.waiting or 0, at.letters()):
                    if order.means(letter):
                        _do(order, at, letter, open_log(consumer).record, outcome)
    seen = {letter.id for letter in outcome.done} | {left.id for left in outcome.left}
    missing = sorted((order.ids or frozenset()) - seen)
    outcome.left.extend(LeftOver(each, None, NOT_FOUND) for each in missing)


def _do(order: Order, at: Desk, letter: DeadLetter, write: Write, outcome: Outcome) -> None:
    try:
        if order.action == DROP:
            write(_operation(order, letter))
            at.drop(letter)
        else:
            way = way_back(letter)
            write(_operation(order, letter))
            at.send_back(letter, way)
    except (CannotReturn, NotSent) as refused:
        outcome.left.append(LeftOver(letter.id, letter.consumer, str(refused)))
    else:
        outcome.done.append(letter)


def _operation(order: Order, letter: DeadLetter) -> Operation:
    return Operation(
        at=clock.now(),
        by=order.by,
        action=order.action,
        consumer=letter.consumer,
        queue=letter.origin,
        event_id=letter.id,
        event=letter.event,
        case_id=letter.envelope.case_id if letter.envelope else None,
        reason=letter.reason,
        why=order.why,
    )
