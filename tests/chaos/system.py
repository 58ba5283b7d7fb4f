"""The system under test: servers, two replicas of each service, accounts, a tap and a ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from deploy.local import services
from deploy.local.accounts import Accounts, ensure_accounts, read_accounts
from deploy.local.keys import Keys, ensure_keys
from deploy.local.layout import Layout
from deploy.local.waiting import wait_until
from tests.chaos.books import Books
from tests.chaos.ledger import Ledger
from tests.chaos.replicas import NAMES, Replicas
from tests.chaos.servers import Bus, Store
from tests.chaos.tap import Tap

READY_WITHIN_S = 90


@dataclass
class System:
    """Everything that faults happen to, and what tells of it."""

    bus: Bus
    store: Store
    replicas: Replicas
    tap: Tap
    ledger: Ledger
    accounts: Accounts

    @classmethod
    def own(cls, folder: Path) -> Self:
        """Start a broker and a database of its own, and make the accounts; no service runs yet."""
        layout = Layout(folder)
        keys = ensure_keys(layout.secrets)
        bus, store = Bus.own(layout, keys), Store.own(layout)
        store.start()
        bus.start()
        return cls.on(bus, store, keys, folder)

    @classmethod
    def on(cls, bus: Bus, store: Store, keys: Keys, folder: Path) -> Self:
        """Make the accounts on servers that run."""
        logs = folder / "log"
        logs.mkdir(parents=True, exist_ok=True)
        replicas = Replicas(bus, store, keys, logs)
        kept = folder / "accounts.json"
        at = services.Addresses(
            bus.uri, store.uri, dict.fromkeys(services.SERVICES, 0), store.prefix
        )
        ensure_accounts(services.settings("portal", at, keys), kept)
        return cls(
            bus, store, replicas, Tap(bus), Ledger(folder / "ledger.jsonl"), read_accounts(kept)
        )

    def start(self, names: Iterable[str] = NAMES) -> None:
        """Start replicas, and return when all of them are ready.

        Raises:
            CannotGoOn: one ended, or is not ready in time; its log says why.

        """
        self.replicas.start(names)
        self.tap.start()
        wait_until(
            lambda: not self.replicas.waited_for(),
            "a service",
            within_s=READY_WITHIN_S,
            is_alive=lambda: not self.replicas.ended(),
        )

    def end(self) -> None:
        """End everything but the servers."""
        self.tap.stop()
        self.replicas.end()

    def end_with_servers(self) -> None:
        """End everything at once."""
        self.end()
        self.bus.kill()
        self.store.kill()

    def books(self, *, doubled: Iterable[str] = (), unreadable: Iterable[str] = ()) -> Books:
        """Read everything that the judge may look at."""
        return Books(
            at=datetime.now(UTC),
            referrals=self.store.documents("referrals"),
            profiles=self.store.documents("risk"),
            files=self.store.documents("sessions"),
            alerts=self.store.documents("notifications"),
            allocations=self.store.documents("notifications", "allocations"),
            queues=self.bus.queues(),
            dead_letters=self.bus.dead_letters(),
            doubled=tuple(doubled),
            unreadable=tuple(unreadable),
            people=frozenset(person["id"] for person in self.accounts.people),
        )
