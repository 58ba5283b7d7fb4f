"""Checks of processes: what each says of itself, where something tells its address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx
from environs import Env

from services.operations.doctor.findings import Check, Finding, not_told, well, wrong
from services.operations.refusals import CannotReach

AREA, SETTING = "processes", "OUTREACH_PROCESSES"
WITHIN_S = 5.0
FORM = f"{SETTING} looks like risk=http://10.0.0.7:8102,risk=http://10.0.0.8:8102"
_NAME = re.compile(r"[a-z][a-z-]{0,29}")
_CHECK = re.compile(r"[a-z_]{1,30}")


def checks(env: Env) -> list[Check]:
    """Return one check for each process of which an address is told."""
    try:
        told = addresses(env)
    except CannotReach as error:
        return [Check(AREA, SETTING, partial(_unreadable, error.message))]
    if not told:
        return [Check(AREA, SETTING, _untold)]
    return [Check(AREA, name, partial(_ask, name, url)) for name, url in told]


def addresses(env: Env) -> list[tuple[str, str]]:
    """Return the processes that the environment names, with their base URLs.

    Raises:
        CannotReach: the setting cannot be read.

    """
    told = str(env.str("OUTREACH_PROCESSES", "")).split(",")
    return [_address(each.strip()) for each in told if each.strip()]


def judged(name: str, where: str, status: int, told: Any) -> Finding:
    """Return what a process says of itself; nothing is repeated but the names of its checks."""
    if status == HTTPStatus.OK:
        return well(AREA, f"{name} at {where} is ready")
    given = told.get("checks") if isinstance(told, Mapping) else None
    failed = [str(each) for each, is_well in (given or {}).items() if not is_well]
    known = ", ".join(each for each in failed if _CHECK.fullmatch(each))
    says = f"{name} at {where} is not ready ({known or f'HTTP {status}'})"
    return wrong(AREA, says, f"look into the log of {name}; what it waits for is told here too")


def _address(told: str) -> tuple[str, str]:
    name, _, url = told.partition("=")
    is_url = url.startswith(("http://", "https://")) and bool(urlsplit(url).hostname)
    if not (_NAME.fullmatch(name) and is_url):
        raise CannotReach(f"{SETTING} cannot be read")
    return name, url.rstrip("/")


def _ask(name: str, url: str) -> Iterator[Finding]:
    where = urlsplit(url).netloc.rpartition("@")[2]
    try:
        answer = httpx.get(f"{url}/health/ready", timeout=WITHIN_S, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        says = f"{name} at {where} does not answer ({type(error).__name__})"
        do = f"start {name}; if it runs, see {SETTING}"
        yield Finding(AREA, wrong(AREA, says, do).mark, says, do, is_reached=False)
        return
    yield judged(name, where, answer.status_code, _json(answer))


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _unreadable(message: str) -> Iterator[Finding]:
    yield wrong(AREA, message, FORM)


def _untold() -> Iterator[Finding]:
    yield not_told(AREA, "nothing says where processes answer", FORM)
