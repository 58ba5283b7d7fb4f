"""How many messages a broker has taken, by its own count, and what has become of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

OVERVIEW = "rabbit_global_counters:overview()."
COUNTED = re.compile(r"(\w+_total)\s*=>\s*(\d+)")

Control = Callable[..., str]


def taken(control: Control) -> int:
    """Return how many messages publishers have sent since the broker began."""
    return counters(control("eval", OVERVIEW))["messages_received_total"]


def counters(overview: str) -> Counter[str]:
    """Read the broker's own overview, all protocols and kinds of queue together."""
    found: Counter[str] = Counter()
    for name, count in COUNTED.findall(overview):
        found[name] += int(count)
    return found
