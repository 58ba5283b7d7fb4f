"""Looking at dead letters without taking any: they lie there afterwards as they lay before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from environs import Env

from services.operations.bus import bus
from services.operations.desk import desk
from services.operations.letter import DeadLetter
from services.operations.settings import bus_uri


@dataclass(frozen=True, slots=True)
class Pile:
    """The first dead letters of a consumer; `waiting` counts all, None: no queue is there yet."""

    consumer: str
    waiting: int | None
    letters: tuple[DeadLetter, ...]


def piles(env: Env, consumers: Sequence[str], limit: int) -> list[Pile]:
    """Return the first dead letters of each consumer, in the order in which they died.

    Raises:
        CannotReach: the bus does not answer, or somebody else is at them.

    """
    found = []
    with bus(bus_uri(env)) as connection:
        for consumer in consumers:
            with desk(connection, consumer) as at:
                found.append(Pile(consumer, at.waiting, tuple(at.letters(limit))))
    return found


def find(env: Env, consumers: Sequence[str], id: str) -> list[DeadLetter]:
    """Return every dead letter of this id: several consumers may have failed at one event.

    Raises:
        CannotReach: as `piles`.

    """
    found: list[DeadLetter] = []
    with bus(bus_uri(env)) as connection:
        for consumer in consumers:
            with desk(connection, consumer) as at:
                found += [letter for letter in at.letters() if letter.id == id]
    return found
