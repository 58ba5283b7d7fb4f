"""Which faults, in which order, to what, for how long: all of it from one seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from tests.chaos.faults import lines, messages, processes, servers
from tests.chaos.faults.kinds import Kind, Planned
from tests.chaos.ledger import Entry

KINDS: tuple[Kind, ...] = (*processes.KINDS, *servers.KINDS, *lines.KINDS, *messages.KINDS)
TWO_AT_ONCE = 0.25
REST_S = (1.5, 4.0)


@dataclass(frozen=True, slots=True)
class Round:
    """Some quiet, then faults that begin together."""

    rest_s: float
    faults: tuple[Planned, ...]


def schedule(seed: int, kinds: Sequence[Kind] = KINDS) -> Iterator[Round]:
    """Yield rounds without end; the deck is played to its end before it is shuffled again."""
    chance, cards = Random(seed), [kind for kind in kinds for _ in range(kind.cards)]
    deck: list[Kind] = []
    while True:
        deck = deck or chance.sample(cards, len(cards))
        faults = [_planned(deck.pop(), chance)]
        if deck and chance.random() < TWO_AT_ONCE:
            other = _planned(deck[-1], chance)
            if place(other) != place(faults[0]):
                deck.pop()
                faults.append(other)
        yield Round(round(chance.uniform(*REST_S), 1), tuple(faults))


def kind_of(fault: Planned) -> Kind:
    """Return the kind of a planned fault."""
    return next(k for k in KINDS if k.name == fault.kind and fault.target in k.targets)


def kind_named(told: str) -> Kind:
    """Return the kind of a fault from what it is called: `kill risk-a`."""
    return next(k for k in KINDS if told in {f"{k.name} {target}" for target in k.targets})


def place(fault: Planned) -> str:
    """Return what a fault happens to: two at once must not undo each other."""
    return fault.target.partition(":")[0]


def _planned(kind: Kind, chance: Random) -> Planned:
    lasts = round(chance.uniform(kind.least_s, kind.most_s), 1)
    return Planned(kind.name, chance.choice(kind.targets), lasts, chance.getrandbits(32))


def parked(ledger: Sequence[Entry]) -> Iterator[tuple[float, float]]:
    """Yield the spans of time in which faults of a run may have held octets back somewhere."""
    begun: dict[str, float] = {}
    for entry in ledger:
        if entry["kind"] != "fault" or not kind_named(entry["fault"]).parks:
            continue
        if entry["what"] == "begins":
            begun[entry["fault"]] = entry["at"]
        else:
            yield begun.pop(entry["fault"]), entry["at"]
