"""Requests to addresses that somebody else has chosen, which must not lead into our own network.

The name is resolved once and its addresses are judged; the connection goes to the one judged, so
that a name which answers differently the second time gains nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from requests import Response, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from services.notifications.channels.protocol import Refused
from services.notifications.channels.settings import is_loopback

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
TRANSLATED = IPv6Network("64:ff9b::/96")
STEP_S = 10


class Elsewhere:
    """Which addresses requests may go to: public ones, and `allowed` private networks."""

    def __init__(self, allowed: Sequence[Network] = ()) -> None:
        self._allowed = tuple(allowed)

    def check(self, url: str) -> None:
        """Make sure of the form of an address.

        Raises:
            Refused: it is not https (http is for loopback only), or has a user in it.

        """
        parts = _split(url)
        is_plain = parts.scheme == "http" and is_loopback(parts.hostname or "")
        if parts.scheme != "https" and not is_plain:
            raise Refused("the address is not https")
        if "@" in parts.netloc:
            raise Refused("the address has a user in it")

    def address_of(self, name: str, port: int) -> str:
        """Return an address of a host to connect to.

        Raises:
            Refused: one of its addresses is private and not allowed.
            OSError: nobody knows the host.

        """
        found = [
            str(entry[4][0]).partition("%")[0]
            for entry in socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
        ]
        if not all(self.may_reach(ip_address(each)) for each in found):
            raise Refused("the address leads into a private network")
        return found[0]

    def may_reach(self, address: Address) -> bool:
        """May requests go to this address?"""
        plain = _unwrapped(address)
        if any(plain in network for network in self._allowed):
            return True
        return plain.is_global and not plain.is_multicast

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a session that follows no redirect, asks no proxy, and goes nowhere else."""
        with _Strict() as session:
            session.trust_env = False
            adapter = _Adapter(self)
            session.mount("https://", adapter)
            session.mount("http://", adapter)
            yield session


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        raise Refused("the address cannot be read") from None


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, if it stands for one."""
    if isinstance(address, IPv4Address):
        return address
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


class _Strict(Session):
    """A session that takes a redirect as the answer."""

    def get_redirect_target(self, resp: Response) -> str | None:
        del resp
        return None


class _Adapter(HTTPAdapter):
    """Makes the connections of a session by the rules of `elsewhere`."""

    def __init__(self, elsewhere: Elsewhere) -> None:
        self._elsewhere = elsewhere
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        pools: dict[str, Any] = {
            "http": partial(_HttpPool, elsewhere=self._elsewhere),
            "https": partial(_HttpsPool, elsewhere=self._elsewhere),
        }
        self.poolmanager.pool_classes_by_scheme = pools


class _Judged:
    """A connection that resolves its host by the rules, and then connects to what was judged."""

    _dns_host: str
    port: int

    def __init__(self, *args: Any, elsewhere: Elsewhere, **kwargs: Any) -> None:
        self._elsewhere = elsewhere
        super().__init__(*args, **kwargs)

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        self._dns_host = self._elsewhere.address_of(name, self.port)
        try:
            return super()._new_conn()  # type: ignore[misc,no-any-return]  # of the class beside
        finally:
            self._dns_host = name  # certificate and Host header are of the name


class _Http(_Judged, HTTPConnection):
    pass


class _Https(_Judged, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https
