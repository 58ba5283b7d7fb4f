"""Where requests to addresses of others may go: never into a private network by any name."""

from __future__ import annotations

import socket
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from services.notifications.channels.outgoing import Elsewhere
from services.notifications.channels.protocol import Refused

INSIDE = (
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104 - not bound, refused
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:7f00:1::",
)


@pytest.mark.parametrize("address", INSIDE)
def test_a_private_address_is_not_reached(address: str) -> None:
    assert not Elsewhere().may_reach(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::5db8:d822"])
def test_a_public_address_is_reached(address: str) -> None:
    assert Elsewhere().may_reach(ip_address(address))


def test_a_network_can_be_allowed() -> None:
    elsewhere = Elsewhere([ip_network("10.1.0.0/16")])
    assert elsewhere.may_reach(ip_address("10.1.2.3"))
    assert not elsewhere.may_reach(ip_address("10.2.2.3"))


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/",
        "ftp://a.example/",
        "file:///etc/passwd",
        "//a.example",
        "https://user:password@a.example/",
        "https://[",
        "",
    ],
)
def test_an_address_of_another_form_is_refused(url: str) -> None:
    with pytest.raises(Refused):
        Elsewhere().check(url)


@pytest.mark.parametrize("url", ["https://a.example/x", "http://127.0.0.1:8/x", "http://[::1]/x"])
def test_https_and_loopback_have_the_right_form(url: str) -> None:
    Elsewhere().check(url)


@pytest.mark.parametrize("name", ["localhost", "127.1", "2130706433", "0x7f.1", "[::1]"])
def test_no_spelling_of_this_machine_leads_to_it(name: str) -> None:
    with Elsewhere().session() as session, pytest.raises((Refused, OSError)):
        session.get(f"http://{name}:9/", timeout=1)


def test_one_private_address_among_public_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(None, None, None, "", (each, 443)) for each in ("93.184.216.34", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(Refused):
        Elsewhere().address_of("a.example", 443)


def test_a_name_is_resolved_once_and_that_is_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def answers(host: str, *args: Any, **kwargs: Any) -> Any:
        asked.append(host)
        return real("127.0.0.1" if host == "a.example" else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", answers)
    elsewhere = Elsewhere([ip_network("127.0.0.0/8")])
    with elsewhere.session() as session, pytest.raises(OSError, match="refused"):
        session.get("http://a.example:9/", timeout=1)
    assert asked == ["a.example", "127.0.0.1"]


def test_what_the_environment_says_of_proxies_is_not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with Elsewhere().session() as session:
        assert not session.trust_env
