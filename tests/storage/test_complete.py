"""Nothing is asked of the server that is not in this contract."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.source import Source, faults, python

OF_OPENAPI = frozenset({"$ref"})


def operators(one: Source) -> Iterator[str]:
    """Yield the operators of the database that a file names."""
    for node in ast.walk(one.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            name = node.value
            if name.startswith("$") and name[1:].isalpha() and name not in OF_OPENAPI:
                yield name


def test_every_operator_that_the_code_uses_is_tried_here() -> None:
    tried = {
        name
        for one in python("tests/storage/")
        if one.path.name != "test_complete.py"
        for name in operators(one)
    }
    found = [
        f"{one.name}: {name}"
        for one in python("services/")
        for name in operators(one)
        if name not in tried
    ]
    assert not found, faults(found)
