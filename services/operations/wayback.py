"""Where a dead letter goes when it is replayed, in the form that its consumer hears today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import EXCLUDE, ValidationError

from services.chassis.messaging.deliveries import ATTEMPT, QUEUE, REASON, RETURNED
from services.chassis.messaging.topology import work_queue
from services.contracts.catalogue import CONTRACTS, Contract
from services.contracts.envelope import Envelope, encode
from services.contracts.upcasts import STEPS, Data, NoWayUp, Step, lift
from services.operations.letter import DIED, DeadLetter

OF_ITS_DEATH = (ATTEMPT, REASON, QUEUE, DIED, RETURNED)
DEATHS = ("x-first-death-", "x-last-death-")


class CannotReturn(Exception):
    """It would only die again; the message says why."""


@dataclass(frozen=True, slots=True)
class WayBack:
    """The work queue and the message to put there: attempts begin again at the first."""

    queue: str
    body: bytes
    headers: Mapping[str, Any]


def way_back(
    letter: DeadLetter,
    contracts: Sequence[Contract] = CONTRACTS,
    steps: Mapping[tuple[str, int], Step] = STEPS,
) -> WayBack:
    """Return how a dead letter goes back, lifted where its version is no longer heard.

    Raises:
        CannotReturn: it cannot be decoded, is of no queue of its consumer, or breaks its contract.

    """
    envelope = letter.envelope
    if envelope is None:
        raise CannotReturn("its body is no event that can be decoded")
    if letter.origin != f"{letter.consumer}.{envelope.routing_key}":
        raise CannotReturn(f"it did not come from the queue of {letter.consumer} for such an event")
    heard = [c for c in contracts if c.type == envelope.type and letter.consumer in c.hearers]
    contract = _wanted(heard, envelope)
    data = _lifted(envelope, contract, steps)
    _prove(contract, data)
    body = letter.body
    if contract.version != envelope.version:
        body = encode(replace(envelope, version=contract.version, data=data)).encode()
    return WayBack(work_queue(letter.consumer, contract), body, _without_death(letter.headers))


def _wanted(heard: Sequence[Contract], envelope: Envelope) -> Contract:
    """Return the version to send: its own where that is still heard, else the next that is."""
    later = sorted((c for c in heard if c.version >= envelope.version), key=lambda c: c.version)
    if not later:
        raise CannotReturn("its consumer hears no such event, nor a later version of it")
    return later[0]


def _lifted(envelope: Envelope, contract: Contract, steps: Mapping[tuple[str, int], Step]) -> Data:
    try:
        return lift(
            envelope.type, envelope.version, envelope.data, to=contract.version, steps=steps
        )
    except NoWayUp as error:
        raise CannotReturn(str(error)) from None


def _prove(contract: Contract, data: Data) -> None:
    try:
        contract.schema().load(data, unknown=EXCLUDE)
    except ValidationError as error:
        faults = ", ".join(sorted(map(str, error.messages_dict)))
        raise CannotReturn(f"its data do not fit {contract.routing_key}: {faults}") from None


def _without_death(headers: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return its headers but for those that tell of its attempts and its death."""
    return {
        name: value
        for name, value in headers.items()
        if name not in OF_ITS_DEATH and not name.startswith(DEATHS)
    }
