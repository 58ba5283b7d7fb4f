"""What the catalogue says of hearers and publishers is what the code does, both ways."""

from __future__ import annotations

import ast

import pytest

from services.contracts.catalogue import CONTRACTS
from tests.house.source import ROOT, SERVICES, Function, Source, called, constants

EACH = pytest.mark.parametrize("service", SERVICES)
TYPES = {contract.type for contract in CONTRACTS}


def room(service: str, name: str) -> Source:
    return Source(ROOT / "services" / service / f"{name}.py")


def doors(service: str) -> list[tuple[Function, tuple[object, ...]]]:
    """Return each event door with the arguments of its `@hears`."""
    return [
        (function, constants(mark))
        for function in room(service, "consumers").functions
        for mark in function.decorator_list
        if isinstance(mark, ast.Call) and called(mark) == "hears"
    ]


def door_names(event: object, version: object) -> set[str]:
    return {f"on_{event}", f"on_{event}_v{version}"}


def words(source: Source) -> set[str]:
    return {
        node.value
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


@EACH
def test_a_service_hears_what_the_catalogue_says_it_hears(service: str) -> None:
    expected = {(c.type, c.version) for c in CONTRACTS if service in c.hearers}
    assert {heard for _, heard in doors(service)} == expected


@EACH
def test_an_event_door_is_named_after_its_event(service: str) -> None:
    """A later version has a door beside that of the first, until nobody says the first any more."""
    assert all(function.name in door_names(*heard) for function, heard in doors(service))


@EACH
def test_a_service_says_what_the_catalogue_says_it_says(service: str) -> None:
    expected = {contract.type for contract in CONTRACTS if contract.publisher == service}
    assert words(room(service, "announcements")) & TYPES == expected


def test_every_event_has_a_hearer() -> None:
    assert all(contract.hearers for contract in CONTRACTS)


def test_queue_names_never_change_unnoticed() -> None:
    """A renamed queue leaves its messages behind: add a version instead, and migrate."""
    names = {f"{h}.{c.routing_key}" for c in CONTRACTS for h in c.hearers if h != "portal"}
    listed = (ROOT / "tests" / "house" / "queues.txt").read_text(encoding="utf-8").split()
    assert names == set(listed)
