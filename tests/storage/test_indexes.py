"""Indexes: what they refuse, what they leave out, and that questions are answered by them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import DuplicateKeyError, NetworkTimeout, OperationFailure
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)
from structlog.testing import capture_logs

from services.chassis.storage import mongo
from services.chassis.storage.aggregates import Repository
from services.chassis.storage.mongo import Index, Shape, building, ensure_indexes
from services.referrals.repository import Referrals
from services.sessions.repository import CaseFiles
from tests.house.asking import Question, questions
from tests.storage.conftest import Contract, Documents
from tests.support.proxy import Proxy
from tests.support.waiting import until

SERVICES = ("referrals", "risk", "sessions", "notifications")
SCANS = "COLLSCAN"
SILENT_MS = 300
DUE = Index("due", (("due", 1),), sparse=True)
EPISODE = Index("episode", (("open_key", 1),), unique=True, sparse=True)


def stages(plan: Any) -> Iterator[str]:
    """Yield the names of all stages of a plan."""
    if isinstance(plan, Mapping):
        if isinstance(plan.get("stage"), str):
            yield plan["stage"]
        for inner in plan.values():
            yield from stages(inner)
    elif isinstance(plan, list):
        for inner in plan:
            yield from stages(inner)


def way(things: Documents, query: Mapping[str, Any], sort: list[tuple[str, int]]) -> set[str]:
    """Return the stages by which the server says that it would answer."""
    asked = things.find(query).sort(sort) if sort else things.find(query)
    return set(stages(asked.explain()["queryPlanner"]["winningPlan"]))


def test_building_twice_costs_nothing_and_changes_nothing(things: Documents) -> None:
    for _ in range(2):
        ensure_indexes(things, (DUE, EPISODE))
    assert set(things.index_information()) == {"_id_", "due", "episode"}


def test_an_index_that_stands_with_other_options_is_not_replaced_in_silence(
    things: Documents,
) -> None:
    ensure_indexes(things, [DUE])
    with pytest.raises(OperationFailure):
        ensure_indexes(things, [Index("due", (("due", 1),), unique=True)])


def test_one_open_alert_of_a_case_and_any_number_of_closed_ones(things: Documents) -> None:
    ensure_indexes(things, [EPISODE])
    things.insert_one({"_id": "first", "open_key": "case:high_risk"})
    things.insert_many([{"is_open": False}, {"is_open": False}])
    with pytest.raises(DuplicateKeyError):
        things.insert_one({"open_key": "case:high_risk"})
    things.update_one({"_id": "first"}, {"$unset": {"open_key": ""}})
    things.insert_one({"open_key": "case:high_risk"})


def test_an_update_may_not_take_what_another_holds(things: Documents) -> None:
    ensure_indexes(things, [EPISODE])
    things.insert_many([{"_id": "a", "open_key": "x"}, {"_id": "b", "version": 1}])
    with pytest.raises(DuplicateKeyError):
        things.update_one({"_id": "b"}, {"$set": {"open_key": "x"}, "$inc": {"version": 1}})
    assert things.find_one({"_id": "b"}) == {"_id": "b", "version": 1}


def test_no_claim_is_held_by_two_among_the_many_of_each(things: Documents) -> None:
    things.create_index("claims", unique=True, sparse=True)
    things.insert_many([{"claims": ["key-1", "body-1"]}, {"none": 1}, {"none": 2}])
    with pytest.raises(DuplicateKeyError):
        things.insert_one({"claims": ["key-2", "body-1"]})
    things.insert_one({"claims": ["key-2", "body-2"]})


def test_one_document_may_name_the_same_claim_twice(things: Documents) -> None:
    things.create_index("claims", unique=True, sparse=True)
    assert things.insert_one({"claims": ["a", "a"]}).acknowledged


def test_no_api_key_belongs_to_two_agencies(things: Documents) -> None:
    things.create_index("keys.key_id", unique=True, sparse=True)
    things.insert_many([{"keys": [{"key_id": "1"}, {"key_id": "2"}]}, {"name": "no keys yet"}])
    with pytest.raises(DuplicateKeyError):
        things.insert_one({"keys": [{"key_id": "3"}, {"key_id": "2"}]})
    assert things.count_documents({"keys.key_id": "2"}) == 1


def test_a_partial_index_is_unique_among_what_fits_its_filter(things: Documents) -> None:
    ensure_indexes(things, [Index("open", (("case", 1),), unique=True, partial={"is_open": True})])
    things.insert_many([{"case": 1, "is_open": True}, {"case": 1, "is_open": False}])
    with pytest.raises(DuplicateKeyError):
        things.insert_one({"case": 1, "is_open": True})


def test_what_is_no_longer_due_is_not_found_as_due(things: Documents) -> None:
    ensure_indexes(things, [DUE])
    now = datetime.now(UTC)
    things.insert_many([{"_id": n, "due": now} for n in range(3)] + [{"_id": 9}])
    things.update_one({"_id": 1}, {"$unset": {"due": ""}})
    found = things.find({"due": {"$lte": now}}).sort("due", 1).hint("due")
    assert {each["_id"] for each in found} == {0, 2}


def test_the_database_can_forget_at_a_moment(things: Documents) -> None:
    things.create_index("expires_at", name="expiry", expireAfterSeconds=0)
    assert things.index_information()["expiry"]["expireAfterSeconds"] == 0


def test_an_aggregate_is_found_by_its_key_without_a_scan(things: Documents) -> None:
    things.insert_many([{"_id": n, "version": 1} for n in range(50)])
    assert SCANS not in way(things, {"_id": 7}, [])


def test_the_sweep_finds_what_is_due_without_a_scan(things: Documents) -> None:
    ensure_indexes(things, [DUE])
    now = datetime.now(UTC)
    things.insert_many([{"_id": n} for n in range(50)] + [{"_id": "x", "due": now}])
    for moment in ({"$lte": now}, {"$gt": now}, {"$gte": now}):
        assert "IXSCAN" in way(things, {"due": moment}, [("due", 1)])


def repositories() -> Iterator[type[Repository[Any]]]:
    """Yield every repository of every service."""
    for service in SERVICES:
        module = import_module(f"services.{service}.repository")
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, Repository) and one is not Repository:
                yield one


def asked(shape: Shape) -> dict[str, Any]:
    """Return a query of a shape."""
    ranged = {name: {"$lte": 1} for name in shape.range}
    return {**dict.fromkeys(shape.equal, 1), **ranged}


SHAPES = [
    pytest.param(repository, shape, id=shape.name)
    for repository in repositories()
    for shape in repository.SHAPES
]


@pytest.mark.parametrize(("repository", "shape"), SHAPES)
def test_every_declared_question_is_answered_by_its_index(
    contract: Contract, repository: type[Repository[Any]], shape: Shape
) -> None:
    service = repository.__module__.split(".")[1]
    things = contract.collection(f"shapes_{service}_{repository.__name__.lower()}")
    ensure_indexes(things, repository.INDEXES)
    assert SCANS not in way(things, asked(shape), list(shape.sort))


class SlowFrom(CommandListener):
    """Has a line hold everything back from a command on, for longer than a socket waits."""

    def __init__(self, command: str, line: Proxy) -> None:
        self.command, self.line = command, line

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name == self.command:
            self.line.slow(SILENT_MS / 1000)

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Take no note."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Take no note."""


def test_an_index_is_waited_for_longer_than_a_socket_may_be_silent(
    contract: Contract, things: Documents
) -> None:
    options: dict[str, Any] = {"directConnection": True, "socketTimeoutMS": SILENT_MS}
    with Proxy.before(contract.uri) as line:
        options["event_listeners"] = [SlowFrom("createIndexes", line)]
        with MongoClient[dict[str, Any]](line.uri(contract.uri), **options) as client:
            slowly = client[contract.database.name][things.name]
            ensure_indexes(slowly, [DUE])
            with pytest.raises(NetworkTimeout):
                slowly.find_one({})
    assert "due" in things.index_information()


def test_an_index_that_takes_long_is_named_in_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongo, "LONG_S", 0.0)
    with capture_logs() as logs, building("things.due"):
        until(lambda: logs, within=5)
    assert logs == [{"event": "building_an_index", "index": "things.due", "log_level": "warning"}]


def is_plain(question: Question, repository: type[Repository[Any]]) -> bool:
    """Does it ask for one value each of what a shape begins with, from the beginning of a list?"""
    has_one_each = not any(isinstance(question.fields[name], Mapping) for name in question.equal)
    begins = {frozenset(shape.equal) for shape in repository.SHAPES}
    return has_one_each and "$or" not in str(question.query) and question.equal in begins


@pytest.mark.parametrize("repository", [Referrals, CaseFiles])
def test_first_pages_of_worklists_are_answered_by_an_index(
    contract: Contract, repository: type[Repository[Any]]
) -> None:
    things = contract.collection()
    ensure_indexes(things, repository.INDEXES)
    plain = [each for each in questions(repository) if is_plain(each, repository)]
    assert len(plain) > len(repository.SHAPES)
    for question in plain:
        assert SCANS not in way(things, dict(question.query), list(question.sort)), question
