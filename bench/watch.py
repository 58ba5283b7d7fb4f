"""What processes cost: CPU seconds and resident memory, each with its children, by role.

It also tells how busy the machine was with what is none of ours, for then a figure says little.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from time import monotonic

import psutil

from bench.figures import Price


class Watch:
    """Looks at processes by role; a process that has ended costs nothing more.

    `ours` are processes that belong to the measurement and to no system.
    """

    def __init__(self, pids: Mapping[str, int], ours: Iterable[int] = ()) -> None:
        self._pids, self._ours = dict(pids), tuple(ours)

    def look(self) -> Price:
        """Return what each role has cost so far."""
        families = {role: list(_family(pid)) for role, pid in self._pids.items()}
        return Price(
            {role: sum(map(_cpu_s, family)) for role, family in families.items()},
            {role: sum(map(_rss, family)) for role, family in families.items()},
            self._busy_s() - sum(_cpu_s(each) for family in families.values() for each in family),
            monotonic() * psutil.cpu_count(),
        )

    def _busy_s(self) -> float:
        """Return how long the machine's CPUs have been busy, with anything but the measurement."""
        spent = psutil.cpu_times()
        busy = sum(spent) - spent.idle - spent.iowait - spent.guest - spent.guest_nice
        return float(busy - sum(_cpu_s(psutil.Process(pid)) for pid in self._ours))


def _family(pid: int) -> Iterator[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        yield parent
        yield from parent.children(recursive=True)


def _cpu_s(process: psutil.Process) -> float:
    with suppress(psutil.NoSuchProcess):
        spent = process.cpu_times()
        return float(spent.user + spent.system)
    return 0.0


def _rss(process: psutil.Process) -> int:
    with suppress(psutil.NoSuchProcess):
        return int(process.memory_info().rss)
    return 0
