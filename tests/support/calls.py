"""Whom Alertmanager is told to call, as tests read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from deploy.local.layout import ROOT

FOLDER = ROOT / "deploy" / "alertmanager"
Told = dict[str, Any]


def configuration(name: str = "alertmanager") -> Told:
    """Return what Alertmanager is told to do: `alertmanager`, or `demo`."""
    told: Told = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    return told


def with_addresses(told: Told, base: str) -> Told:
    """Return the configuration with addresses in place of the files that would have them.

    Alertmanager before 0.26 (Debian 12) knows no `url_file`.
    """
    for receiver in told["receivers"]:
        for call in receiver.get("webhook_configs", ()):
            call["url"] = f"{base}/{Path(call.pop('url_file')).name}"
    return told


def routes(told: Told) -> Iterator[Told]:
    """Yield every route, each with what it has from the one above it."""
    top = {name: value for name, value in told["route"].items() if name != "routes"}
    yield top
    for route in told["route"].get("routes", ()):
        yield top | route
