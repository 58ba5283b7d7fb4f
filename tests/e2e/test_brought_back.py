"""Everything is destroyed and brought back from a backup: the same ledger, and work goes on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.local.definitions import OPERATOR
from deploy.local.services import SERVICES
from tests.e2e.playing import accounts_of
from tests.e2e.sending import Agency, Books, read_books
from tests.integration.operations.desk_work import Operator, Said
from tests.support import until
from tests.support.bus import channel_of
from tests.support.servers import Servers
from tests.support.stack import Stack

pytestmark = pytest.mark.timeout(300)
COUNT = 20
BALANCED_WITHIN_S = 120
QUEUE = re.compile(r"([a-z_.0-9]+) \([0-9,]+\)")


class Kept:
    """A system with an agency, and an operator who keeps copies of it."""

    def __init__(self, stack: Stack, servers: Servers, folder: Path) -> None:
        self.stack, self.folder = stack, folder / "backup"
        self.agency = Agency(stack, accounts_of(stack, folder))
        vhost = stack.broker.uri.rpartition("/")[2]
        self.operator = Operator(servers.broker.uri(vhost, OPERATOR), stack.mongo)
        self.client: MongoClient[dict[str, Any]] = MongoClient(stack.mongo.uri, tz_aware=True)

    def run(self, *arguments: str) -> Said:
        return Operator.run_in(self.operator.environment, *arguments)

    def backup(self) -> None:
        said = self.run("backup", str(self.folder))
        assert said.code == 0, said.err
        assert "master keys are NOT in it" in said.err

    def settled(self) -> Books:
        def balanced() -> bool:
            return len(read_books(self.stack).high) > 3 and read_books(self.stack).are_balanced

        until(balanced, within=BALANCED_WITHIN_S)
        return read_books(self.stack)

    def stop(self) -> None:
        for service in SERVICES:
            self.stack.kill(service)

    def destroy(self) -> None:
        for service in SERVICES:
            self.client.drop_database(f"{self.stack.mongo.prefix}{service}")
        assert not read_books(self.stack).stored

    def restore(self, *options: str) -> None:
        """Restore, and do what the command says until it does it."""
        said = until(lambda: self._restored(*options), within=20)
        assert said.code == 0, said.err

    def _restored(self, *options: str) -> Said | None:
        said = self.run("restore", str(self.folder), *options)
        if "rabbitmqctl purge_queue" in said.err:
            with channel_of(self.stack.broker) as channel:
                for name in QUEUE.findall(said.err):
                    channel.queue_purge(name)
            return None
        return None if "still run" in said.err else said

    def documents(self, service: str, name: str) -> dict[str, dict[str, Any]]:
        found = self.client[f"{self.stack.mongo.prefix}{service}"][name].find()
        return {each["_id"]: each for each in found}


def due(kept: Kept) -> dict[str, Any]:
    """Return when the next step of each alert is due."""
    found = kept.documents("notifications", "notifications")
    return {key: alert.get("next_step_at") for key, alert in found.items()}


@pytest.fixture
def kept(fresh_stack: Stack, startable: Servers, tmp_path: Path) -> Iterator[Kept]:
    made = Kept(fresh_stack, startable, tmp_path)
    yield made
    made.client.close()


def test_what_was_destroyed_comes_back_as_it_was_and_alerts_are_still_due(kept: Kept) -> None:
    kept.agency.send(COUNT, 1, lambda _: None)
    before = kept.settled()
    kept.backup()
    alerts = due(kept)
    keys = kept.documents("referrals", "key_vault")
    kept.stop()
    kept.destroy()
    kept.restore()
    assert read_books(kept.stack) == before
    assert due(kept) == alerts
    assert any(alerts.values())
    assert kept.documents("referrals", "key_vault") == keys
    kept.stack.start_all()
    more = kept.agency.send(COUNT, 7, lambda _: None)
    after = kept.settled()
    assert after.stored == before.stored | more
    assert before.high <= after.high


def test_a_backup_under_load_is_of_one_moment_and_what_is_sent_again_fills_the_rest(
    kept: Kept,
) -> None:
    is_midway, sent = Event(), set[str]()

    def send() -> None:
        sent.update(
            kept.agency.send(3 * COUNT, 3, lambda number: number == COUNT and is_midway.set())
        )

    sending = Thread(target=send)
    sending.start()
    assert is_midway.wait(60)
    kept.backup()
    sending.join()
    kept.stop()
    kept.destroy()
    kept.restore()
    stored = read_books(kept.stack).stored
    assert COUNT <= len(stored) < 3 * COUNT
    kept.stack.start_all()
    kept.agency.send(3 * COUNT, 3, lambda _: None)
    books = kept.settled()
    assert len(books.stored) == 3 * COUNT
    assert stored <= books.stored
