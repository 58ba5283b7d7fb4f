"""What a repository asks of an aggregate."""

from __future__ import annotations

from typing import Protocol


class Root(Protocol):
    """What every aggregate has."""

    @property
    def id(self) -> str:
        """The id of its document."""

    @property
    def reference(self) -> str:
        """The reference that people see."""

    @property
    def case_id(self) -> str:
        """The case that it belongs to."""
