"""What the portal asks of its own database, and whether an index leads there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

Query = tuple[str, frozenset[str]]


class Asked(CommandListener):
    """Keeps which fields of which collections are asked for."""

    def __init__(self) -> None:
        self.queries: set[Query] = set()

    def started(self, event: CommandStartedEvent) -> None:
        collection = str(event.command.get(event.command_name))
        self.queries |= {(collection, frozenset(query)) for query in _filters(event.command)}

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Take no note."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Take no note."""

    async def unserved(self, database: AsyncDatabase[dict[str, Any]]) -> AsyncIterator[Query]:
        """Yield the questions for which no index begins with a field that they name."""
        for collection, fields in sorted(self.queries, key=str):
            indexes = await database[collection].index_information()
            if not fields & {index["key"][0][0] for index in indexes.values()}:
                yield collection, fields


def _filters(command: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "find" in command:
        yield command.get("filter", {})
    for each in (*command.get("updates", ()), *command.get("deletes", ())):
        yield each["q"]
