"""Every form in which a document may still be stored can be read, and only lifted ones are."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator

import pytest

from services.chassis.storage.aggregates import Repository
from services.chassis.storage.forms import FORM, lifted
from tests.house.source import ROOT, python
from tests.house.test_queries import repositories

GOLDEN = ROOT / "tests" / "house" / "forms"
EACH = pytest.mark.parametrize(
    "repository",
    [pytest.param(one, id=f"{one.__module__}.{one.__name__}") for one in repositories()],
)


@EACH
def test_every_step_is_there_and_the_form_written_is_at_most_one_behind(
    repository: type[Repository],
) -> None:
    assert sorted(repository.LIFTS) == list(range(1, repository.FORM))
    assert repository.WRITES in {None, repository.FORM - 1} - {0}


@EACH
def test_a_document_of_each_older_form_is_kept_and_can_be_lifted(
    repository: type[Repository],
) -> None:
    for form in range(1, repository.FORM):
        golden = (
            GOLDEN / f"{repository.__module__.split('.')[1]}.{repository.collection}.{form}.json"
        )
        document = json.loads(golden.read_text(encoding="utf-8"))
        assert document.get(FORM, 1) == form
        assert lifted(document, repository.LIFTS, repository.FORM)


def test_no_document_is_read_without_being_lifted() -> None:
    found = [
        f"{one.name}:{node.lineno}"
        for one in python("services/")
        for node in bare(one.tree)
        if one.name != "services/chassis/storage/aggregates.py"
    ]
    assert not found, f"call read(document), which lifts it: {found}"


def bare(tree: ast.Module) -> Iterator[ast.Attribute]:
    """Yield each mention of a repository's `root`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "root":
            yield node
