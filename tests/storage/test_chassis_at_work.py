"""What the chassis and the portal keep, kept on the server at hand by the code that runs there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from services.chassis.auth import Role
from services.chassis.crypto import Erased, Vault
from services.chassis.messaging.outbox import Hearing, Outbox, Said
from services.chassis.storage.access_log import Access, AccessLog
from services.portal.accounts import Accounts
from services.portal.accounts.lockout import PER_ACCOUNT, Attempts, by_account
from services.portal.accounts.model import LockedOut
from services.portal.accounts.passwords import Passwords
from services.portal.accounts.people import NewPerson
from tests.storage.conftest import Contract, Documents

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEASE = timedelta(seconds=5)
LATER = NOON + timedelta(minutes=1)
ALL = frozenset({"risk", "sessions"})
EVA = NewPerson(
    email="Eva@Cluj.example", display_name="Eva", role=Role.PRACTITIONER, areas=("cluj",)
)


def said(seq: int) -> dict[str, Any]:
    return {
        **{"seq": seq, "event_id": f"e{seq}", "routing_key": "k.v1", "body": "{}"},
        "occurred_at": NOON,
    }


@pytest.fixture
def waiting(things: Documents) -> Documents:
    """One aggregate with three events to say, due now."""
    entries = [said(1), said(2), said(3)]
    things.insert_one({"_id": "x", "seq": 3, "outbox": entries, "outbox_due": NOON})
    return things


def left(things: Documents) -> tuple[list[int], bool]:
    """Return what is left in the outbox, and whether it waits for anything."""
    found = things.find_one({"_id": "x"})
    assert found is not None
    return [entry["seq"] for entry in found["outbox"]], "outbox_due" in found


def test_an_outbox_from_the_first_claim_to_rest(waiting: Documents) -> None:
    outbox = Outbox(waiting, LEASE)
    assert [entry.seq for entry in outbox.claim(NOON, 10)] == [1, 2, 3]
    assert outbox.claim(NOON, 10) == []
    outbox.confirm({"x": {2}})
    assert left(waiting) == ([1, 3], True)
    outbox.hear([Hearing("x", 1, frozenset({"risk"}), ALL)])
    assert left(waiting) == ([1, 3], True)
    outbox.hear([Hearing("x", 1, frozenset({"sessions"}), ALL)])
    assert left(waiting) == ([3], True)
    outbox.confirm({"x": {3}})
    found = waiting.find_one({"_id": "x"})
    assert found == {"_id": "x", "seq": 3, "outbox": []}


class Raced:
    """A collection in which somebody else does something right after the first write."""

    def __init__(self, things: Documents, deed: Callable[[], None]) -> None:
        self.name, self._things, self._deeds = things.name, things, [deed]

    def bulk_write(self, asked: Sequence[Any]) -> Any:
        written = self._things.bulk_write(asked)
        while self._deeds:
            self._deeds.pop()()
        return written


def test_what_two_relays_take_out_at_once_leaves_nothing(waiting: Documents) -> None:
    Outbox(waiting, LEASE).confirm({"x": {3}})
    other = partial(Outbox(waiting, LEASE).confirm, {"x": {2}})
    collection: Any = Raced(waiting, other)
    Outbox(collection, LEASE).confirm({"x": {1}})
    assert waiting.find_one({"_id": "x"}) == {"_id": "x", "seq": 3, "outbox": []}


def test_words_that_nobody_heard_are_said_again_when_they_are_due(waiting: Documents) -> None:
    outbox = Outbox(waiting, LEASE)
    outbox.keep([Said("x", 3, LATER)])
    assert outbox.claim(NOON, 10) == []
    assert all(entry.was_said for entry in outbox.claim(LATER, 10))


def test_what_has_had_more_to_say_since_is_not_put_off(waiting: Documents) -> None:
    outbox = Outbox(waiting, LEASE)
    outbox.keep([Said("x", 2, LATER)])
    assert len(outbox.claim(NOON, 10)) == 3


def test_putting_off_never_brings_nearer(waiting: Documents) -> None:
    outbox = Outbox(waiting, LEASE)
    outbox.put_off("x", LATER)
    outbox.put_off("x", NOON)
    assert outbox.claim(NOON, 10) == []
    assert outbox.backlog(NOON).unsaid == 1


def test_what_a_clock_since_put_back_has_put_off_is_taken(waiting: Documents) -> None:
    outbox = Outbox(waiting, LEASE)
    assert len(outbox.claim_far_off(NOON - timedelta(hours=1), 10)) == 3


@pytest.fixture
def vault(contract: Contract) -> Vault:
    contract.database.drop_collection("key_vault")
    made = Vault(contract.client, contract.database.name, b"k" * 96)
    made.ensure_index()
    return made


def test_one_woman_is_one_case_until_her_key_is_destroyed(vault: Vault) -> None:
    with ThreadPoolExecutor(8) as agencies:
        claims = list(agencies.map(lambda n: vault.claim("who", f"c{n}", f"C-{n}"), range(8)))
    assert len({claim.case_id for claim in claims}) == 1
    case_id = claims[0].case_id
    sealed = vault.seal(case_id, {"name": "Ana"})
    assert vault.open(sealed) == {"name": "Ana"}
    assert [vault.destroy(case_id) for _ in range(2)] == [True, False]
    assert vault.claim("who", "another", "C-9").is_new


def test_what_a_destroyed_key_sealed_is_erased(vault: Vault, contract: Contract) -> None:
    sealed = vault.seal("case-1", "Ana")
    vault.destroy("case-1")
    with pytest.raises(Erased):
        Vault(contract.client, contract.database.name, b"k" * 96).open(sealed)


def test_the_latest_reads_of_a_case_come_first(contract: Contract) -> None:
    log = AccessLog(contract.database)
    log.ensure_indexes()
    reads = [Access("C-1", "ana", "practitioner", "read", NOON + n * LEASE, "") for n in range(3)]
    for read in (reads[1], reads[0], reads[2], replace(reads[0], case="C-2")):
        log.record(read)
    assert log.of_case("C-1", limit=2) == [reads[2], reads[1]]


def test_accounts_sign_in_and_out(contract: Contract) -> None:
    async def play(accounts: Accounts) -> None:
        await accounts.build_indexes()
        await accounts.create_person(EVA, "a long enough password")
        done = await accounts.sign_in("eva@cluj.example", "a long enough password")
        person = await accounts.person(done.token)
        assert person is not None
        assert person.areas == ("cluj",)
        await accounts.agencies.create("police", "Police", ["cluj"], NOON)
        key = await accounts.agencies.create_key("police", "system", [], NOON)
        assert (await accounts.agencies.holder(str(key), NOON)).agency_id == "police"
        await accounts.sign_out(done.token)
        assert await accounts.person(done.token) is None

    _run(contract, play)


def test_many_wrong_passwords_at_once_are_all_counted(contract: Contract) -> None:
    async def attempt(attempts: Attempts) -> bool:
        try:
            await attempts.begin(by_account("eva@cluj.example"), NOON)
        except LockedOut:
            return False
        return True

    async def play(accounts: Accounts) -> None:
        tries = [attempt(accounts.attempts) for _ in range(20)]
        assert sum(await asyncio.gather(*tries)) == PER_ACCOUNT

    _run(contract, play)


def _run(contract: Contract, play: Callable[[Accounts], Awaitable[None]]) -> None:
    async def opened() -> None:
        async with _accounts(contract) as accounts:
            await play(accounts)

    asyncio.run(opened())


@asynccontextmanager
async def _accounts(contract: Contract) -> AsyncIterator[Accounts]:
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(contract.uri, tz_aware=True)
    async with client:
        await client.drop_database(f"{contract.prefix}portal")
        yield Accounts(client[f"{contract.prefix}portal"], passwords=Passwords())
