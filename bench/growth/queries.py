"""Every form of question that the running platform asks: how often, how long, by which index."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.errors import PyMongoError

from bench.figures import percentile
from bench.growth.recorder import Command
from bench.growth.shapes import Form, Keys, forms, is_served
from bench.growth.system import System

OWN = frozenset({"storage_probe"})
SCAN = "COLLSCAN"


@dataclass(frozen=True, slots=True)
class Question:
    """A form of question: `is_served` by MongoDB's rule, `plan` as the server at hand explains."""

    database: str
    form: Form
    times: int
    p50: float
    longest: float
    most_found: int
    is_served: bool
    plan: tuple[str, ...]

    @property
    def scans(self) -> bool:
        """Does the server at hand say that it looks at every document?"""
        return SCAN in self.plan


def questions(system: System, commands: Sequence[Command]) -> list[Question]:
    """Return what was asked, the slowest first."""
    by_form: dict[tuple[str, Form], list[tuple[Command, Mapping[str, Any]]]] = defaultdict(list)
    for command in commands:
        for form, query in forms(command.told):
            if not form.collection.startswith(tuple(OWN)):
                by_form[command.database, form].append((command, query))
    found = [_question(system, *place, asked) for place, asked in by_form.items()]
    return sorted(found, key=lambda question: -question.p50)


def _question(
    system: System,
    database: str,
    form: Form,
    asked: Sequence[tuple[Command, Mapping[str, Any]]],
) -> Question:
    took = [command.ms for command, _ in asked]
    documents = system.client[database][form.collection]
    indexes: list[Keys] = [
        [(name, int(way)) for name, way in index["key"]]
        for index in documents.index_information().values()
    ]
    return Question(
        database.removeprefix(system.servers.prefix),
        form,
        len(took),
        percentile(took, 50),
        max(took),
        max(command.found for command, _ in asked),
        is_served(form, indexes),
        tuple(dict.fromkeys(_plan(documents, form, asked[-1][1]))),
    )


def _plan(documents: Any, form: Form, query: Mapping[str, Any]) -> Iterator[str]:
    asked = documents.find(query)
    try:
        told = (asked.sort(list(form.sort)) if form.sort else asked).explain()
    except PyMongoError:
        return
    yield from _stages(told.get("queryPlanner", {}).get("winningPlan"))


def _stages(plan: Any) -> Iterator[str]:
    if isinstance(plan, Mapping):
        if isinstance(plan.get("stage"), str):
            yield plan["stage"]
        for inner in plan.values():
            yield from _stages(inner)
    elif isinstance(plan, list):
        for inner in plan:
            yield from _stages(inner)
