"""Each of the 32 pitfalls is in the table once, with tests that exist or the reason for none."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.source import ROOT, Source, faults

PAGE = ROOT / "docs" / "reliability.md"
PITFALLS = [f"P{number}" for number in range(1, 33)]
ROW = re.compile(r"^\| (P\d+) \| (.+) \| (.+) \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
REASON = re.compile(r"^does not apply: \S+")


def rows() -> list[tuple[str, str, str, str]]:
    """Return number, pitfall, tests and result of each row of the table."""
    return ROW.findall(PAGE.read_text(encoding="utf-8"))


def defined_in(name: str) -> set[str]:
    """Return what a file defines at its top: functions, and names that are given a value."""
    place = ROOT / name
    if not place.is_file():
        return set()
    body = Source(place).tree.body
    functions = {node.name for node in body if isinstance(node, ast.FunctionDef)}
    given = {
        target.id
        for node in body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return functions | given


def test_every_pitfall_is_in_the_table_once() -> None:
    assert [number for number, *_ in rows()] == PITFALLS


def test_every_test_that_the_table_names_exists() -> None:
    found = [
        f"{number}: {name}::{test}"
        for number, _, named, _ in rows()
        for name, test in TEST.findall(named)
        if not test.startswith("test_") or test not in defined_in(name)
    ]
    assert not found, faults(found)


def test_a_pitfall_without_a_test_says_why_it_does_not_apply() -> None:
    found = [
        number
        for number, _, named, result in rows()
        if not TEST.findall(named) and not REASON.match(result)
    ]
    assert not found, faults(found)


@pytest.mark.parametrize("name", ["test_every_pitfall_is_in_the_table_once", "PITFALLS"])
def test_what_a_file_defines_is_found(name: str) -> None:
    assert name in defined_in("tests/house/test_reliability.py")
