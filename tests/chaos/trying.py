"""Three ways to provoke what a guarantee prevents, on a small system without a rig around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from threading import Event
from uuid import uuid4

import httpx

from tests.chaos.caller import Caller
from tests.chaos.doubling import doubled
from tests.chaos.faults.kinds import BUS, Planned
from tests.chaos.faults.messages import say_again
from tests.chaos.inputs import probes
from tests.chaos.judge import judge
from tests.chaos.load import key_of, refer
from tests.chaos.people import Person
from tests.chaos.system import System
from tests.chaos.violations import Violation
from tests.support import until

ONE_OF_EACH = ("referrals-a", "risk-a", "sessions-a", "notifications-a", "portal-a")
FEW, SPREAD_S, LATENCY_S = 6, 0.25, 0.6
SETTLED_WITHIN_S = 75
CONNECTED = 'casework_bus_connected{purpose="publish"} 1.0'


@dataclass
class Trial:
    """A system with one agency, which refers women at high risk."""

    system: System
    _pause: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        system = self.system
        headers = key_of(system.accounts.keys[0])
        self.agency = Caller(system.replicas.portals[:1], Event(), headers)
        manager = next(each for each in system.accounts.people if each["role"] == "manager")
        self.manager = Person(system.replicas.portals[:1], Event(), manager)
        self._referrals = probes(1)

    def refer(self, count: int = FEW) -> None:
        """Have some women referred, a moment apart."""
        for referral in islice(self._referrals, count):
            refer(self.agency, referral, self.system.ledger, str(uuid4()))
            self._pause.wait(SPREAD_S)

    def found(self) -> list[Violation]:
        """Return what is wrong now."""
        publications = tuple(self.system.tap.publications)
        return judge(
            self.system.ledger.entries(), self.system.books(doubled=doubled(publications, ()))
        )

    def settle(self) -> None:
        """Wait until nothing is wrong."""
        until(lambda: not self.found(), within=SETTLED_WITHIN_S)

    def altered(self, names: Sequence[str], **environment: str) -> None:
        """Start some replicas again with other settings."""
        replicas = self.system.replicas
        for name in names:
            replicas[name].kill()
        for name in names:
            replicas[name].start(**environment)
        until(lambda: not replicas.waited_for(), within=45)
        until(lambda: all(self._is_connected(name) for name in names), within=15)

    def hear_again(self) -> None:
        """Let everything that was said be said once more."""
        self.refer(2)
        until(self._is_said, within=SETTLED_WITHIN_S)
        say_again(self.system, Planned("say again", BUS, 0, 0))
        until(self._is_heard, within=SETTLED_WITHIN_S)

    def act_again(self) -> None:
        """Have a manager say once more what she did, as one does to whom the answer was lost."""
        self.refer(1)
        alert = until(lambda: self.manager.items("/alerts"), within=30)[0]["reference"]
        key, path = str(uuid4()), f"/alerts/{alert}/actions"
        for _ in range(2):
            answer = self.manager.ask("POST", path, {"kind": "contacted"}, key=key)
            assert answer.is_success, answer.text
        told = {"alert": alert, "by": self.manager.id, "what": "contacted"}
        self.system.ledger.write("action", **told)

    def sweep_together(self) -> None:
        """Let events fall due for two relays whose confirms take longer than a sweep's pause."""
        pair = [self.system.replicas[name] for name in ("referrals-a", "referrals-b")]
        for replica in pair:
            replica.bus.refuse()
        said = self._submissions()
        self.refer()
        for replica in pair:
            replica.bus.heal()
        until(lambda: all(self._is_connected(each.name) for each in pair), within=15)
        for replica in pair:
            replica.bus.slow(LATENCY_S)
        until(lambda: self._submissions() >= said + FEW, within=30)
        self._pause.wait(2 * LATENCY_S)  # until the other one has looked, too
        for replica in pair:
            replica.bus.heal()

    def die_while_handling(self) -> None:
        """Kill risk while its handlers wait for the database; then all is well again."""
        risk = self.system.replicas["risk-a"]
        risk.store.blackhole()
        said = self._submissions()
        self.refer()
        until(lambda: self._submissions() >= said + FEW, within=15)
        self._pause.wait(2.0)  # for answers, should any be given before their time
        risk.kill()
        risk.store.heal()
        risk.start()

    def is_quiet(self) -> bool:
        """Is there nothing left to be said or handled?"""
        return self._is_said() and self._is_heard()

    def _submissions(self) -> int:
        """Return how many referrals have been announced on the bus."""
        mine = (
            e.event_id for e in self.system.tap.publications if e.aggregate.startswith("referrals/")
        )
        return len(set(mine))

    def _is_said(self) -> bool:
        return not any("outbox_due" in each for _, each in self.system.books().aggregates)

    def _is_heard(self) -> bool:
        return not any(
            queue["ready"] or queue["unacknowledged"] for queue in self.system.bus.queues()
        )

    def _is_connected(self, name: str) -> bool:
        return CONNECTED in httpx.get(f"{self.system.replicas[name].url}/metrics").text
