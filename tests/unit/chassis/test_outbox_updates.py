"""What a relay does to outboxes is found by id, however large the collection is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.chassis.messaging.outbox import Hearing, Outbox, Said


class Collection:
    """Notes the updates that it is asked for, and says that each found its document but one."""

    name = "things"

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def bulk_write(self, operations: list[Any], **_: Any) -> Any:
        self.asked += [operation._filter for operation in operations]
        return self

    @property
    def matched_count(self) -> int:
        return 0


@pytest.fixture
def asked() -> list[dict[str, Any]]:
    collection = Collection()
    outbox = Outbox(collection, timedelta(seconds=5))  # type: ignore[arg-type]  # all it needs
    outbox.confirm({"a": {1}, "b": {2, 3}})
    outbox.hear([Hearing("a", 1, frozenset({"risk"}), frozenset({"risk", "sessions"}))])
    outbox.keep([Said("a", 1, datetime(2026, 3, 1, tzinfo=UTC))])
    return collection.asked


def test_no_update_makes_the_database_look_through_all_documents(
    asked: list[dict[str, Any]],
) -> None:
    """The embedded server does for an operator at the top, even beside an id."""
    assert len(asked) > 6
    assert all("_id" in each for each in asked)
    assert not [each for each in asked if any(name.startswith("$") for name in each)]
