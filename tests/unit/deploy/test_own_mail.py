"""Whose mail server is used: ours, which delivers nothing, unless another one is named."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import ports, services
from deploy.local.layout import Layout
from deploy.local.progress import Progress
from deploy.local.services import SERVICES
from deploy.local.signals import STOPS, Signals
from deploy.local.system import System


@pytest.fixture(autouse=True)
def _signals_as_they_were() -> Iterator[None]:
    numbers = (*STOPS, signal.SIGCHLD)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    signal.set_wakeup_fd(-1)
    for number, handler in before.items():
        signal.signal(number, handler)


def system(folder: Path, **environment: str) -> System:
    return System(Layout(folder), dict(ports.DEFAULTS), Progress(), Signals(), environment)


def told(made: System, service: str) -> dict[str, str]:
    return services.settings(service, made.addresses, made._keys)


def test_mail_is_caught(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_USER", "somebody")
    found = told(system(tmp_path), "notifications")
    assert (found["SMTP_HOST"], found["SMTP_PORT"]) == ("127.0.0.1", str(ports.DEFAULTS["mail"]))
    assert found["SMTP_USER"] == ""


def test_only_notifications_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMTP_HOST", raising=False)
    made = system(tmp_path)
    assert [each for each in SERVICES if "SMTP_HOST" in told(made, each)] == ["notifications"]


def test_a_server_that_is_named_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_HOST", "mail.example")
    made = system(tmp_path, SMTP_HOST="mail.example")
    assert made.mail is None
    assert told(made, "notifications")["SMTP_HOST"] == "mail.example"
