"""This platform, with everything on but the drill, at the door of its referrals service.

The peers have no portal, so neither has this, unless it is asked for: then the live inbox can be
watched. An agency's request carries a trace with the number of the referral in it, and the trace
comes out again with the alert.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import count

from bench.systems.base import EXCHANGE, Alert, Place, Request, Running, Servers, undone_if_broken
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


class Ours(Running):
    """The platform: one process of each service, as `make run` has them.

    With `replicas`, so many of each service that hears: the others of it are workers alone.
    """

    name = "ours"
    _starts = count(1)

    def __init__(self, servers: Servers, *, portal: bool = False, replicas: int = 1) -> None:
        super().__init__()
        self._servers, self._replicas = servers, replicas
        self._names = ("referrals", *CONSUMERS, *(["portal"] if portal else []))
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
            self._add_workers()

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
        self._pause(CONSUMERS)

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
            self._running[name] = self._process(name, name)
        for name in names:
            self._wait(name, self._addresses.url(name))

    def _add_workers(self) -> None:
        """Start more of each service that hears, until there are so many replicas of it."""
        added = [(name, nth) for name in CONSUMERS for nth in range(2, self._replicas + 1)]
        at = dict(zip(added, ports.free(len(added)), strict=True))
        for (name, nth), port in at.items():
            settings = {f"{name.upper()}_PORT": str(port)}
            self._running[f"{name}-{nth}"] = self._process(
                name, f"{name}-{nth}", "worker", **settings
            )
        for (name, nth), port in at.items():
            self._wait(f"{name}-{nth}", f"http://{ports.HOST}:{port}")

    def _process(self, name: str, known_as: str, role: str = "all", **settings: str) -> Child:
        log = self._servers.layout.log(f"{self._place.name}-{known_as}")
        where, keys = self._addresses, self._servers.keys
        return services.start(
            name, where, keys, log, role=role, environment={**SETTINGS, **settings}
        )

    def _wait(self, known_as: str, url: str) -> None:
        wait_until(
            lambda: services.is_ready(url),
            known_as,
            within_s=READY_WITHIN_S,
            is_alive=lambda: self._running[known_as].is_alive,
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
