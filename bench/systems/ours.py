"""This platform, with everything on but the drill, at the door of its referrals service.

The peers have no portal, so neither has this, unless it is asked for: then the live inbox can be
watched. An agency's request carries a trace with the number of the referral in it, and the trace
comes out again with the alert.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count

from bench.systems.base import EXCHANGE, Alert, Place, Request, Servers, stop_all, undone_if_broken
from bench.systems.referral import body, number_in
from deploy.local import ports, services
from deploy.local.accounts import Accounts, ensure_accounts, read_accounts
from deploy.local.children import Child
from deploy.local.keys import BUS_SERVICES, Keys
from deploy.local.waiting import wait_until
from services.chassis import clock
from services.chassis.auth import Principal, Role, issue, read_private_key

CONSUMERS = ("risk", "sessions", "notifications")
SETTINGS = {"DRILL_EVERY_S": "0"}
READY_WITHIN_S = 60
TOKEN_KEPT_FOR = timedelta(seconds=15)
AGENCY = "riverside-police"


class Ours:
    """The platform: one process of each service, as `make run` has them."""

    name = "ours"
    _starts = count(1)

    def __init__(self, servers: Servers, *, portal: bool = False) -> None:
        self._servers = servers
        self._names = ("referrals", *CONSUMERS, *(["portal"] if portal else []))
        self._running: dict[str, Child] = {}
        self._token = Token(servers.keys)

    def start(self, *, mongo_uri: str | None = None) -> None:
        """Start the services side by side, and the portal's accounts before it."""
        self._place = Place(self._servers, f"ours-{next(self._starts)}")
        self._addresses = services.Addresses(
            self._place.amqp_uri(),
            mongo_uri or self._servers.mongo_uri,
            dict(zip(services.SERVICES, ports.free(len(services.SERVICES)), strict=True)),
            self._place.prefix,
            {name: self._place.amqp_uri(name) for name in BUS_SERVICES},
        )
        if "portal" in self._names:
            settings = services.settings("portal", self._addresses, self._servers.keys)
            self._accounts = self._servers.layout.base / f"{self._place.name}-accounts.json"
            ensure_accounts(settings, self._accounts)
        with undone_if_broken(self.stop):
            self._start(self._names)

    def stop(self) -> None:
        """End the services, and remove what they have stored."""
        stop_all(self._running)
        self._running.clear()
        self._place.remove()

    @property
    def processes(self) -> Mapping[str, int]:
        """Return the process id of each service."""
        return {name: child.pid for name, child in self._running.items()}

    @property
    def alert(self) -> Alert:
        """Return where notifications speaks."""
        return Alert(self._place.amqp_uri(), EXCHANGE, "alert_raised.v1", traced_number)

    def request(self, number: int) -> Request:
        """Return a referral as the portal hands it on for an agency."""
        headers = {
            "Authorization": f"Bearer {self._token.fresh()}",
            "Content-Type": "application/json",
            "traceparent": f"00-{number:032x}-{number:016x}-01",
        }
        url = f"{self._addresses.url('referrals')}/referrals"
        return Request("POST", url, headers, body(number))

    def case_of(self, answer: bytes) -> str:
        """Return the number of the referral: it is the agency's own reference."""
        return number_in(json.loads(answer))

    def pause_consumers(self) -> None:
        """End every service but referrals and the portal."""
        stop_all({name: self._running.pop(name) for name in CONSUMERS})

    def start_consumers(self) -> None:
        """Start them again."""
        self._start(CONSUMERS)

    @property
    def portal_url(self) -> str:
        """Return where browsers come in, if there is a portal."""
        return self._addresses.url("portal")

    @property
    def accounts(self) -> Accounts:
        """Return people with their passwords and agencies with their keys, if there is a portal."""
        return read_accounts(self._accounts)

    def _start(self, names: Sequence[str]) -> None:
        for name in names:
            log = self._servers.layout.log(f"{self._place.name}-{name}")
            self._running[name] = services.start(
                name, self._addresses, self._servers.keys, log, environment=SETTINGS
            )
        for name in names:
            self._wait(name)

    def _wait(self, name: str) -> None:
        wait_until(
            lambda: services.is_ready(self._addresses.url(name)),
            name,
            within_s=READY_WITHIN_S,
            is_alive=lambda: self._running[name].is_alive,
        )


class Token:
    """What an agency's request proves itself with, made anew before it could grow old."""

    def __init__(self, keys: Keys, now: Callable[[], datetime] = clock.now) -> None:
        self._key = read_private_key(keys.token_private.read_bytes())
        self._now = now
        self._renew()

    def fresh(self) -> str:
        """Return a token that is good for most of a minute."""
        if self._now() - self._made > TOKEN_KEPT_FOR:
            self._renew()
        return self._text

    def _renew(self) -> None:
        who = Principal(f"key:{AGENCY}", Role.AGENCY_WORKER, AGENCY, ("*",))
        self._made = self._now()
        self._text = issue(who, audience="referrals", key=self._key, now=self._made)


def traced_number(event: bytes) -> str:
    """Return the number of the referral in whose trace an event was published."""
    _, trace, *_ = json.loads(event)["traceparent"].split("-")
    return str(int(trace, 16))
