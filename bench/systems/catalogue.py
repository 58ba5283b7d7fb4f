"""All systems by the names that the plan has for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bench.systems.base import Servers, System
from bench.systems.ours import Ours
from bench.systems.peers import faststream, nameko

SYSTEMS: Mapping[str, Callable[[Servers], System]] = {
    "ours": Ours,
    "nameko": nameko,
    "faststream": faststream,
}
