"""The portal keeps notifications told of who may be called, whatever fails in between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Counter, Histogram
from structlog.testing import capture_logs

from services.chassis.auth import Role, read_private_key
from services.portal.accounts import Accounts, NewPerson
from services.portal.clients import Services
from services.portal.directory import AFRESH_AFTER_S, AT_ONCE, Directory
from tests.integration.portal.door import with_accounts
from tests.support.stack import Stack

PASSWORD = "a long enough password"
ANA = NewPerson(
    id="ana", email="ana@staff.example", display_name="Ana", role=Role.PRACTITIONER, areas=("cluj",)
)
MO = replace(ANA, id="mo", email="mo@staff.example", role=Role.MANAGER, time_zone="Europe/Rome")
OLGA = replace(ANA, id="olga", email="olga@staff.example", role=Role.OPS)
Work = Callable[[Accounts, "Telling"], Awaitable[None]]


class Telling:
    """A directory that is looked at by hand, and what it has counted."""

    def __init__(self, accounts: Accounts, url: str, keys: Any) -> None:
        registry = CollectorRegistry()
        seconds = Histogram("s", "s", ("upstream", "status"), registry=registry)
        key = read_private_key(keys.token_private.read_bytes())
        self.time = 0.0
        self.outcomes = Counter("told", "told", ("outcome",), registry=registry)
        self.services = Services({"notifications": url}, key, seconds)
        self.directory = Directory(accounts, self.services, self.outcomes, lambda: self.time)

    def counted(self) -> tuple[float, float]:
        """Return how often something was told, and was not."""
        done, not_told = (self.outcomes.labels(name) for name in ("done", "not_told"))
        return done._value.get(), not_told._value.get()


@pytest.fixture
def at_work(fresh_stack: Stack, keys: Any) -> Callable[[Work], None]:
    """Run something on empty accounts with a directory before a running notifications."""
    fresh_stack.start("notifications")

    def run(work: Work) -> None:
        async def begin(accounts: Accounts) -> None:
            await accounts.build_indexes()
            telling = Telling(accounts, fresh_stack.url("notifications"), keys)
            try:
                await work(accounts, telling)
            finally:
                await telling.services.close()

        with_accounts(fresh_stack.mongo, begin)

    return run


def kept(stack: Any) -> dict[str, dict[str, Any]]:
    found = stack.mongo.database("notifications").responders.find()
    return {each["account_id"]: each for each in found}


def test_casework_staff_is_told_once_and_again_when_it_changes(
    at_work: Any, fresh_stack: Stack
) -> None:
    async def work(accounts: Accounts, telling: Telling) -> None:
        for person in (ANA, MO, OLGA):
            await accounts.create_person(person, PASSWORD)
        assert await telling.directory.look()
        before = kept(fresh_stack)
        assert set(before) == {"ana", "mo"}
        assert (before["mo"]["time_zone"], before["ana"]["time_zone"]) == (
            "Europe/Rome",
            "Europe/Bucharest",
        )
        assert await telling.directory.look()
        assert telling.counted() == (1, 0)
        await accounts.describe_person(replace(ANA, areas=("perugia",)))
        await accounts.close_account("mo")
        assert await telling.directory.look()
        after = kept(fresh_stack)
        assert after["ana"]["areas"] == ["perugia"]
        assert after["mo"]["is_active"] is False
        assert telling.counted() == (2, 0)

    at_work(work)


def test_who_has_another_role_now_is_called_no_more(at_work: Any, fresh_stack: Stack) -> None:
    async def work(accounts: Accounts, telling: Telling) -> None:
        for person in (ANA, MO):
            await accounts.create_person(person, PASSWORD)
        await telling.directory.look()
        await accounts.describe_person(replace(ANA, role=Role.RESEARCHER))
        await telling.directory.look()
        assert {name for name, each in kept(fresh_stack).items() if each["is_active"]} == {"mo"}

    at_work(work)


def test_while_notifications_is_away_it_is_tried_again_and_said_once(
    at_work: Any, fresh_stack: Stack
) -> None:
    async def work(accounts: Accounts, telling: Telling) -> None:
        await accounts.create_person(ANA, PASSWORD)
        fresh_stack.stop("notifications")
        with capture_logs() as logs:
            assert [await telling.directory.look() for _ in range(3)] == 3 * [False]
        told = [each for each in logs if each["event"] == "responders_not_told"]
        assert [each["why"] for each in told] == ["answered 503"]
        assert not {"Ana", "ana@staff.example"} & set(str(logs).split("'"))
        assert telling.counted() == (0, 3)
        await asyncio.to_thread(fresh_stack.start, "notifications")
        assert await telling.directory.look()
        assert telling.counted() == (1, 3)
        assert set(kept(fresh_stack)) == {"ana"}

    at_work(work)


def test_a_database_that_was_put_back_is_told_again(at_work: Any, fresh_stack: Stack) -> None:
    async def work(accounts: Accounts, telling: Telling) -> None:
        await accounts.create_person(ANA, PASSWORD)
        await telling.directory.look()
        fresh_stack.mongo.database("notifications").responders.delete_many({})
        await telling.directory.look()
        assert kept(fresh_stack) == {}
        telling.time += AFRESH_AFTER_S
        await telling.directory.look()
        assert set(kept(fresh_stack)) == {"ana"}

    at_work(work)


def test_where_there_is_no_casework_staff_nothing_is_told(at_work: Any, fresh_stack: Stack) -> None:
    async def work(accounts: Accounts, telling: Telling) -> None:
        await accounts.create_person(OLGA, PASSWORD)
        assert await telling.directory.look()
        assert telling.counted() == (0, 0)
        assert kept(fresh_stack) == {}

    at_work(work)


def test_a_large_staff_is_told_in_parts_of_one_whole(at_work: Any, fresh_stack: Stack) -> None:
    async def work(accounts: Accounts, telling: Telling) -> None:
        await accounts.create_person(MO, PASSWORD)
        await telling.directory.look()
        await accounts.close_account("mo")
        for number in range(AT_ONCE + 1):
            name = f"worker-{number:04}"
            person = replace(ANA, id=name, email=f"{name}@staff.example", time_zone="Mars/Base")
            await accounts.people.create(person, "", None)
        assert await telling.directory.look()
        found = kept(fresh_stack)
        assert {name for name, each in found.items() if not each["is_active"]} == {"mo"}
        assert len(found) == AT_ONCE + 2
        assert telling.counted() == (2, 0)

    at_work(work)


def test_what_changes_in_this_process_is_told_at_once(at_work: Any, fresh_stack: Stack) -> None:
    async def work(accounts: Accounts, telling: Telling) -> None:
        await accounts.create_person(ANA, PASSWORD)
        async with telling.directory.running(), _by_and_by() as come_true:
            await come_true(lambda: set(kept(fresh_stack)) == {"ana"})
            await accounts.describe_person(replace(ANA, locale="ro"))
            await come_true(lambda: kept(fresh_stack)["ana"]["locale"] == "ro")

    at_work(work)


@asynccontextmanager
async def _by_and_by() -> Any:
    """Yield a wait for what must come true while other tasks run."""

    async def come_true(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.to_thread(condition)

    yield come_true


def test_an_account_that_is_refused_keeps_nobody_else_from_being_told(
    at_work: Any, fresh_stack: Stack
) -> None:
    async def work(accounts: Accounts, telling: Telling) -> None:
        for person in (ANA, replace(MO, display_name="M" * 201)):
            await accounts.create_person(person, PASSWORD)
        with capture_logs() as logs:
            assert not await telling.directory.look()
        assert set(kept(fresh_stack)) == {"ana"}
        (told,) = [each for each in logs if each["event"] == "responders_not_told"]
        assert told["why"] == "refused: mo"
        await accounts.describe_person(replace(ANA, areas=("perugia",)))
        await accounts.describe_person(MO)
        assert await telling.directory.look()
        assert set(kept(fresh_stack)) == {"ana", "mo"}
        await accounts.close_account("mo")
        assert await telling.directory.look()
        assert kept(fresh_stack)["mo"]["is_active"] is False

    at_work(work)
