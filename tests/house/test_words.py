"""Names that say something, nothing unfinished, no words that promise or reproach."""

from __future__ import annotations

import ast
import re

import pytest

from tests.house.source import Source, called, faults, files, python

EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "stuff", "base2"}
EMPTY_ENDINGS = ("Manager", "Helper", "Helpers", "Util", "Utils")
EMPTY_VERBS = {"process", "handle_data", "process_data", "do_it"}
FORBIDDEN = ("low risk", "low-risk", "is safe", "prediction", "non-compliant", "failed to engage")
SHOWN = ("services/portal/templates/**", "services/portal/locales/**", "README.md", "*.po")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b|NotImplementedError")
SKIPPED = re.compile(r"pytest\.(skip|xfail|importorskip)\(|mark\.(skip|skipif|xfail)\b")
SILENCED = re.compile(r"#\s*(noqa|type:\s*ignore)(?P<rest>.*)")
CODES = r"(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*|\[[a-z-]+(,\s*[a-z-]+)*\])"
REASONED = re.compile(rf"{CODES}\s*(-|:|#)\s*\S+")
OF_ONE_MACHINE = re.compile(r"(?<![\w.:/}-])/(work|farm|root|home|Users)/[a-z.]")
THIS = "tests/house/test_words.py"


def everything_written() -> list[Source]:
    return [one for one in files("*") if one.name != THIS and "\0" not in one.text[:1000]]


def where(sources: list[Source], pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{one.name}:{number}: {line.strip()[:90]}"
        for one in sources
        for number, line in enumerate(one.lines, start=1)
        if pattern.search(line)
    ]


def test_no_module_or_folder_has_a_name_that_says_nothing() -> None:
    found = [
        one.name
        for one in python()
        if EMPTY_NAMES & {part.removesuffix(".py") for part in one.name.split("/")}
    ]
    assert not found, faults(found)


def test_no_class_or_function_has_a_name_that_says_nothing() -> None:
    found = [
        f"{one.name}:{node.lineno} {node.name}"
        for one in python()
        for node in ast.walk(one.tree)
        if (isinstance(node, ast.ClassDef) and node.name.endswith(EMPTY_ENDINGS))
        or (isinstance(node, ast.FunctionDef) and node.name in EMPTY_VERBS)
    ]
    assert not found, faults(found)


def test_nothing_is_left_unfinished() -> None:
    found = where([one for one in python() if one.name != THIS], UNFINISHED)
    assert not found, faults(found)


def test_no_test_is_skipped() -> None:
    found = where([one for one in python("tests/") if one.name != THIS], SKIPPED)
    assert not found, faults(found)


def test_no_test_sleeps() -> None:
    found = [
        f"{one.name}:{call.lineno}"
        for one in python("tests/")
        for call in one.calls
        if called(call) == "sleep"
    ]
    assert not found, faults(found)


def test_whatever_silences_a_tool_gives_its_reason() -> None:
    found = [
        f"{one.name}:{number}: {line.strip()}"
        for one in python()
        for number, line in enumerate(one.lines, start=1)
        if one.name != THIS
        and (silenced := SILENCED.search(line))
        and not REASONED.match(silenced["rest"].strip())
    ]
    assert not found, faults(found)


@pytest.mark.parametrize("word", FORBIDDEN)
def test_no_screen_and_no_message_says(word: str) -> None:
    found = where(files(*SHOWN), re.compile(re.escape(word), re.IGNORECASE))
    assert not found, faults(found)


def test_nothing_names_a_path_of_one_machine() -> None:
    found = where(everything_written(), OF_ONE_MACHINE)
    assert not found, faults(found)


def test_lock_files_name_no_host() -> None:
    host = re.compile(r"https?://|--index-url|--extra-index-url|--find-links")
    locks = files("package-lock.json", "*.lock", "requirements*.txt")
    found = [
        fault
        for fault in where(locks, host)
        if '"url"' not in fault  # where a package asks for donations
    ]
    assert not found, faults(found)
