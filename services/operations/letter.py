"""One dead letter: what it was, whose, where from, and why it died. Nothing of it is changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.chassis.messaging.deliveries import ATTEMPT, QUEUE, REASON, WORN_OUT
from services.contracts.catalogue import CATALOGUE, CONTRACTS, Contract
from services.contracts.envelope import Envelope, Undecodable, decode

DIED = "x-death"
LIMIT_REACHED = "delivery_limit"
SHOWN = 255


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message as it lies in a consumer's dead letters.

    `place` counts from 1 in the order in which they died; `envelope` is None where the body cannot
    be decoded, which then is told by its length and hash only.
    """

    consumer: str
    place: int
    body: bytes
    headers: Mapping[str, Any]
    routing_key: str = ""
    content_type: str | None = None
    message_id: str | None = None
    correlation_id: str | None = None
    envelope: Envelope | None = None

    @property
    def id(self) -> str:
        """Return what it is called by: its event id, or the beginning of its body's hash."""
        return self.envelope.event_id if self.envelope else f"body-{self.digest}"

    @property
    def digest(self) -> str:
        """Return the first twelve digits of the SHA-256 of its body."""
        return hashlib.sha256(self.body).hexdigest()[:12]

    @property
    def event(self) -> str | None:
        """Return type and version, `risk_assessed.v1`; None where no contract is called so."""
        return self.contract.routing_key if self.contract else None

    @property
    def contract(self) -> Contract | None:
        """Return the contract that it was said under; None where there is none of that name."""
        found = self.envelope
        return CATALOGUE.get((found.type, found.version)) if found else None

    @property
    def origin(self) -> str | None:
        """Return the queue that it came from; None where that is no work queue of its consumer.

        Our own header goes before what the broker tells, since only that survives the ladder.
        """
        own = self.headers.get(QUEUE)
        named = [str(own)] if own else self._told_by_the_broker()
        return next((name for name in named if name in _work_queues(self.consumer)), None)

    @property
    def attempts(self) -> int:
        """Return how often it was tried before it died; 1 where nothing tells."""
        told = self.headers.get(ATTEMPT, 1)
        return told if isinstance(told, int) and told > 0 else 1

    @property
    def reason(self) -> str:
        """Return why it died, in the consumer's words, or in ours where the broker moved it."""
        if any(death.get("reason") == LIMIT_REACHED for death in self._deaths()):
            return WORN_OUT
        told = self.headers.get(REASON)
        return _printable(str(told)) if told else "not told"

    def _told_by_the_broker(self) -> list[str]:
        died_in = [str(death.get("queue", "")) for death in self._deaths()]
        return [*died_in, self.routing_key, f"{self.consumer}.{self.routing_key}"]

    def _deaths(self) -> list[Mapping[str, Any]]:
        told = self.headers.get(DIED)
        return [each for each in told if isinstance(each, Mapping)] if told else []


def read_letter(
    consumer: str, place: int, routing_key: str, properties: Any, body: bytes
) -> DeadLetter:
    """Return a message as a dead letter, decoded if it can be."""
    return DeadLetter(
        consumer=consumer,
        place=place,
        body=body,
        headers=properties.headers or {},
        routing_key=routing_key,
        content_type=properties.content_type,
        message_id=properties.message_id,
        correlation_id=properties.correlation_id,
        envelope=_decoded(body),
    )


def _decoded(body: bytes) -> Envelope | None:
    try:
        return decode(body)
    except (Undecodable, RecursionError):
        return None


def _work_queues(consumer: str) -> frozenset[str]:
    """Return the queues of a consumer, by every version so far of what it hears."""
    return frozenset(
        f"{consumer}.{each.type}.v{version}"
        for each in CONTRACTS
        if consumer in each.lasting_hearers
        for version in range(1, each.version + 1)
    )


def _printable(text: str) -> str:
    """Return one line that cannot do anything to a terminal."""
    return "".join(each if each.isprintable() else " " for each in text[:SHOWN])
