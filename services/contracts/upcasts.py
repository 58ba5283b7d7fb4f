"""How data of an older version of an event are lifted to a newer one.

A change that is not a mere optional addition makes a new version; both are published until every
consumer has moved. What was stored or dead-lettered before then still has the old form: each step
from one version to the next is one pure function here, and they are applied one after another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Data = Mapping[str, Any]
Step = Callable[[Data], Data]

STEPS: Mapping[tuple[str, int], Step] = {}
"""From (type, version) to the function that gives the data of version + 1."""


class NoWayUp(Exception):
    """No step leads from this version to the one that is wanted."""


def lift(
    type: str,
    version: int,
    data: Data,
    *,
    to: int,
    steps: Mapping[tuple[str, int], Step] = STEPS,
) -> Data:
    """Return `data`, JSON values of `version`, in the form of version `to`.

    Raises:
        NoWayUp: a step is missing; an event is never lowered.

    """
    if version == to:
        return data
    step = steps.get((type, version))
    if step is None or version > to:
        raise NoWayUp(f"{type}: no way from version {version} to {to}")
    return lift(type, version + 1, step(data), to=to, steps=steps)
