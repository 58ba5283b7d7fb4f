"""A running system as an operator goes her rounds in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from deploy.local.services import SERVICES
from tests.integration.operations.desk_work import Operator, Said
from tests.support.stack import Stack

DRILL_S = "1"


@dataclass(frozen=True)
class Rounds:
    """An operator with the settings that her commands get, of one system or a part of it."""

    operator: Operator
    settings: Mapping[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, **settings: str) -> Said:
        """Run a command; a setting may be left away by an empty value."""
        told = {**self.operator.environment, **self.settings, **settings}
        return self.operator.run_in(told, *arguments)

    def findings(self, **settings: str) -> list[dict[str, Any]]:
        """Return what the doctor finds."""
        told: list[dict[str, Any]] = self.run("doctor", "--json", **settings).json["findings"]
        return told

    def wrong(self, **settings: str) -> list[tuple[str, str]]:
        """Return what the doctor finds wrong: where, and in which words."""
        found = self.findings(**settings)
        return [(each["area"], each["says"]) for each in found if each["mark"] == "wrong"]


def addresses(stack: Stack) -> str:
    """Return where each service of a stack answers, as the setting has it."""
    return ",".join(f"{name}={stack.url(name)}" for name in SERVICES)
