"""A collection of one document that stands for all times, however often it is changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeVar

from services.chassis.auth import Principal
from services.chassis.storage.aggregates import Decision, Repository
from services.chassis.storage.refusals import NotFound, Taken
from services.chassis.storage.root import Root
from services.chassis.storage.scope import NOTHING

T = TypeVar("T", bound=Root)


class Standing(Repository[T]):
    """The one aggregate whose id is `key`; no door leads to it."""

    key: ClassVar[str]

    def scope(self, principal: Principal) -> Mapping[str, Any]:
        """Show nobody anything."""
        del principal
        return NOTHING

    def turn(self, first: Decision[T], decide: Callable[[T], Decision[T]]) -> T:
        """Load, decide and save; where there is none yet, save the first."""
        try:
            return self.change(self.key, decide)
        except NotFound:
            return self._begin(first, decide)

    def is_piling_up(self) -> bool:
        """Tell whether more than one thing that was said of it has not been heard yet."""
        found = self._documents.find_one({"_id": self.key}, {"outbox.seq": 1})
        return found is not None and len(found["outbox"]) > 1

    def _begin(self, first: Decision[T], decide: Callable[[T], Decision[T]]) -> T:
        try:
            return self.create(*first)
        except Taken:
            return self.change(self.key, decide)
