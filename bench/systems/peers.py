"""The peers as processes: how each is started, when it is ready, what it is sent."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

import pika
from pika.exceptions import AMQPError

from bench.systems.base import EXCHANGE, Alert, Place, Request, Running, Servers, undone_if_broken
from bench.systems.referral import body
from deploy.local import ports
from deploy.local.children import Child
from deploy.local.layout import ROOT
from deploy.local.waiting import wait_until

CONSUMERS = ("risk", "notifications")
SERVICES = ("referrals", *CONSUMERS)
READY_WITHIN_S = 30
ANSWER_WITHIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Kind:
    """What differs between peers: the module of each process, and the queue of each consumer."""

    name: str
    modules: Mapping[str, Sequence[str]]
    queues: Mapping[str, str]


NAMEKO = Kind(
    "nameko",
    {name: ("bench.systems.nameko_peer", name) for name in SERVICES},
    {
        "risk": "evt-referrals-referral_submitted--risk.on_referral_submitted",
        "notifications": "evt-risk-risk_assessed--notifications.on_risk_assessed",
    },
)
FASTSTREAM = Kind(
    "faststream",
    {name: (f"bench.systems.faststream_peer.{name}",) for name in SERVICES},
    {"risk": "risk.referral_submitted", "notifications": "notifications.risk_assessed"},
)


class Peer(Running):
    """Three processes with the least that a user would write: no guarantee, no validation."""

    _starts = count(1)

    def __init__(self, servers: Servers, kind: Kind) -> None:
        super().__init__()
        self.name = kind.name
        self._servers, self._kind = servers, kind

    def start(self, *, mongo_uri: str | None = None) -> None:
        """Start the hearers and the door side by side."""
        self._place = Place(self._servers, f"{self.name}-{next(self._starts)}")
        self._port = ports.free(1)[0]
        self._settings = {
            "AMQP_URI": self._place.amqp_uri(),
            "MONGODB_URI": mongo_uri or self._servers.mongo_uri,
            "DATABASE_PREFIX": self._place.prefix,
            "PORT": str(self._port),
        }
        with undone_if_broken(self.stop):
            self._start(SERVICES)

    @property
    def alert(self) -> Alert:
        """Return where notifications speaks."""
        return Alert(self._place.amqp_uri(), EXCHANGE, "alert_raised", referral_id)

    def request(self, number: int) -> Request:
        """Return the same referral as the others get."""
        url = f"http://{ports.HOST}:{self._port}/referrals"
        return Request("POST", url, {"Content-Type": "application/json"}, body(number))

    def case_of(self, answer: bytes) -> str:
        """Return the id that the referral was given."""
        return referral_id(answer)

    def pause_consumers(self) -> None:
        """End risk and notifications."""
        self._pause(CONSUMERS)

    def start_consumers(self) -> None:
        """Start them again."""
        self._start(CONSUMERS)

    def _start(self, names: Sequence[str]) -> None:
        for name in names:
            self._running[name] = Child(
                f"{self._place.name}-{name}",
                [sys.executable, "-m", *self._kind.modules[name]],
                log=self._servers.layout.log(f"{self._place.name}-{name}"),
                environment=dict(os.environ) | self._settings,
                cwd=ROOT,
            )
        for name in names:
            self._wait(name)

    def _wait(self, name: str) -> None:
        queue = self._kind.queues.get(name)
        wait_until(
            lambda: is_heard(self._place.amqp_uri(), queue) if queue else is_open(self._port),
            f"{self.name}'s {name}",
            within_s=READY_WITHIN_S,
            is_alive=lambda: self._running[name].is_alive,
        )


def nameko(servers: Servers) -> Peer:
    """Return the pipeline on stock nameko."""
    return Peer(servers, NAMEKO)


def faststream(servers: Servers) -> Peer:
    """Return the pipeline on FastStream, Starlette and asynchronous PyMongo."""
    return Peer(servers, FASTSTREAM)


def referral_id(told: bytes) -> str:
    """Return the id of the referral out of an answer or an alert."""
    return str(json.loads(told)["referral_id"])


def is_open(port: int) -> bool:
    """Does somebody take connections here?"""
    with suppress(OSError), socket.create_connection((ports.HOST, port), ANSWER_WITHIN_S):
        return True
    return False


def is_heard(uri: str, queue: str) -> bool:
    """Is there a queue, and does somebody consume from it?"""
    with suppress(AMQPError), pika.BlockingConnection(pika.URLParameters(uri)) as connection:
        told = connection.channel().queue_declare(queue, passive=True)
        return bool(told.method.consumer_count)
    return False
