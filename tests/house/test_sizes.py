"""Short files, short functions, and a sentence at the top of each module."""

from __future__ import annotations

import ast
from statistics import median

from tests.house.source import Function, faults, python

FILE_LINES = 300
FUNCTION_LINES = 40
MEDIAN_LINES = 9


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_file_is_longer_than_300_lines() -> None:
    found = [
        f"{one.name}: {len(one.lines)} lines" for one in python() if len(one.lines) > FILE_LINES
    ]
    assert not found, faults(found)


def test_no_function_is_longer_than_40_lines() -> None:
    found = [
        f"{one.name}:{function.lineno} {function.name}: {length(function)} lines"
        for one in python()
        for function in one.functions
        if length(function) > FUNCTION_LINES
    ]
    assert not found, faults(found)


def test_half_of_the_functions_are_at_most_nine_lines() -> None:
    lengths = [length(function) for one in python("services/") for function in one.functions]
    assert median(lengths) <= MEDIAN_LINES


def test_every_module_says_what_it_is_for() -> None:
    found = [one.name for one in python() if one.text.strip() and not ast.get_docstring(one.tree)]
    assert not found, faults(found)
