"""Devices that show alerts: what a browser gave when somebody pressed the button on hers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

CHANNEL = "push"


def endpoint_of(subscription: str) -> str:
    """Return where notices to a browser are handed in, nothing where this is no subscription."""
    try:
        told = json.loads(subscription)
    except (ValueError, RecursionError):
        return ""
    endpoint = told.get("endpoint") if isinstance(told, dict) else None
    return endpoint if isinstance(endpoint, str) else ""


def host_of(subscription: str) -> str:
    """Return whose push service it is, by which she may tell her browsers apart."""
    try:
        return urlsplit(endpoint_of(subscription)).hostname or ""
    except ValueError:
        return ""


def with_device(methods: Iterable[dict[str, Any]], subscription: str) -> list[dict[str, Any]]:
    """Return the ways in which she is told with this browser as the last, and only once."""
    endpoint = endpoint_of(subscription)
    others = [
        each
        for each in methods
        if each["channel"] != CHANNEL or endpoint_of(each["address"]) != endpoint
    ]
    return [*others, {"channel": CHANNEL, "address": subscription}]


def with_renewed(
    methods: Iterable[dict[str, Any]], old: str, subscription: str
) -> list[dict[str, Any]] | None:
    """Return the ways in which she is told with a browser's new subscription in place of its old.

    `old` is where notices to it were handed in; None where she is not told there.
    """
    known = list(methods)
    own = [each for each in known if each["channel"] == CHANNEL]
    renewed = next((each for each in own if old and endpoint_of(each["address"]) == old), None)
    if renewed is None:
        return None
    new = endpoint_of(subscription)
    twins = [each for each in own if each is not renewed and endpoint_of(each["address"]) == new]
    replaced = renewed | {"address": subscription}
    return [replaced if each is renewed else each for each in known if each not in twins]
