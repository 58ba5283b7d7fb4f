"""How a service class gets its parts: `parts = Wired(wire)`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from nameko.extensions import DependencyProvider

from services.chassis.runtime import Runtime
from services.chassis.storage.aggregates import Repository
from services.chassis.traceparent import TRACEPARENT, follow
from services.chassis.web.server import Edge


class Wired(DependencyProvider):  # type: ignore[misc]  # nameko has no types
    """Makes the parts of a service once, builds their indexes, hands them to each worker.

    It also brings the web server, so that every role answers for its health and metrics.
    """

    edge = Edge()

    def __init__(self, wire: Callable[[Runtime], Any]) -> None:
        self.wire = wire
        self.parts: Any = None

    def setup(self) -> None:
        """Make the parts; `wire` returns a dataclass of them."""
        self.parts = self.wire(self.container.runtime)
        for part in (getattr(self.parts, each.name) for each in fields(self.parts)):
            if isinstance(part, Repository):
                part.ensure_indexes()

    def worker_setup(self, worker_ctx: Any) -> None:
        """Let a worker's thread, which is its alone, be in the trace that it was started in."""
        if traceparent := worker_ctx.data.get(TRACEPARENT):
            follow(traceparent)

    def get_dependency(self, worker_ctx: Any) -> Any:
        """Return the parts, the same for every worker."""
        del worker_ctx
        return self.parts
