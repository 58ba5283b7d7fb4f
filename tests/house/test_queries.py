"""Every declared query shape is served by its index: equality first, then sort, then range.

The rule is MongoDB's (equality, sort, range). A shape whose fields do not come in that order in
its index would be sorted in memory or scanned.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest

from services.chassis.storage.aggregates import Repository
from services.chassis.storage.mongo import Index, Shape
from tests.house.asking import READERS, Question, questions
from tests.house.source import SERVICES


def repositories() -> Iterator[type[Repository]]:
    for service in SERVICES:
        module = import_module(f"services.{service}.repository")
        for found in vars(module).values():
            is_class = isinstance(found, type) and found.__module__.startswith(module.__name__)
            if is_class and issubclass(found, Repository):
                yield found


def shapes() -> Iterator[tuple[type[Repository], Shape]]:
    for repository in repositories():
        for shape in repository.SHAPES:
            yield repository, shape


def index_of(repository: type[Repository], shape: Shape) -> Index:
    by_name = {index.name: index for index in repository.INDEXES}
    assert shape.index in by_name, f"{shape.name} names an index that is not declared"
    return by_name[shape.index]


def serves(index: Index, shape: Shape) -> bool:
    """Does the index hold the shape's equality fields, then its sort, then its range fields?"""
    fields = [name for name, _ in index.keys]
    equal = set(fields[: len(shape.equal)])
    after = index.keys[len(shape.equal) :]
    sort = after[: len(shape.sort)]
    ranged = [name for name, _ in after[len(shape.sort) :]]
    left = [name for name in shape.range if name not in dict(shape.sort)]
    return (
        equal == set(shape.equal) and is_sorted_by(sort, shape.sort) and left == ranged[: len(left)]
    )


def is_sorted_by(keys: tuple[tuple[str, int], ...], sort: tuple[tuple[str, int], ...]) -> bool:
    """An index is read forwards or backwards, so all directions agree or all are opposite."""
    return [name for name, _ in keys] == [name for name, _ in sort] and (
        len({way == wanted for (_, way), (_, wanted) in zip(keys, sort, strict=True)}) <= 1
    )


EACH = pytest.mark.parametrize(
    ("repository", "shape"),
    [pytest.param(r, s, id=f"{r.collection}-{s.name}") for r, s in shapes()],
)


@EACH
def test_a_query_shape_is_served_by_its_index(repository: type[Repository], shape: Shape) -> None:
    index = index_of(repository, shape)
    assert serves(index, shape), f"{index.keys} does not serve {shape}"


def is_declared(question: Question, shape: Shape) -> bool:
    """Does a question ask for the shape's fields, in its order or none, and beside what may?"""
    ties = (("_id", shape.sort[-1][1]),) if shape.sort else ()
    more = question.equal - set(shape.equal)
    return (
        set(shape.equal) <= question.equal
        and question.sort in ((), shape.sort, shape.sort + ties)
        and more <= set(shape.beside)
        and question.ranged <= {*shape.range, *dict(shape.sort)}
    )


@pytest.mark.parametrize("repository", READERS)
def test_what_is_asked_is_of_a_declared_shape(repository: type[Repository]) -> None:
    for question in questions(repository):
        assert any(is_declared(question, shape) for shape in repository.SHAPES), question


@pytest.mark.parametrize("repository", READERS)
def test_nothing_is_asked_for_which_a_server_looks_through_everything(
    repository: type[Repository],
) -> None:
    asked = [str(each.query) for each in questions(repository)]
    assert not [each for each in asked if "$or" in each or "$and" in each]


def test_every_declared_shape_is_asked() -> None:
    for repository, shape in shapes():
        asked = questions(repository)
        assert any(is_declared(question, shape) for question in asked), shape


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_declares_its_queries(service: str) -> None:
    assert any(repository.collection == service for repository, _ in shapes())


@pytest.mark.parametrize(
    ("keys", "is_served"),
    [
        ((("area", 1), ("state", 1), ("at", -1)), True),
        ((("state", 1), ("area", 1), ("at", 1)), True),
        ((("at", 1), ("area", 1), ("state", 1)), False),
        ((("area", 1), ("at", 1), ("state", 1)), False),
        ((("area", 1), ("state", 1)), False),
    ],
)
def test_the_rule_itself(keys: tuple[tuple[str, int], ...], is_served: bool) -> None:
    shape = Shape("open", equal=("area", "state"), sort=(("at", 1),), range=(), index="x")
    assert serves(Index("x", keys), shape) is is_served
