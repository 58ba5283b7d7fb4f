"""Two releases at once, in both orders and back: each assessment becomes one alert, whole."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Any

import pytest

from deploy.local.keys import Keys
from tests.chaos.replicas import Release
from tests.chaos.servers import Bus, Store
from tests.chaos.system import System
from tests.chaos.trying import ONE_OF_EACH, Trial
from tests.support import until
from tests.support.servers import Servers, SharedBroker, SharedMongo
from tests.upgrade.next_release import WRITES

pytestmark = pytest.mark.timeout(300)
NOW, NEXT = Release(), Release(becomes="tests.upgrade.next_release")
READY_WITHIN_S, CALLED_WITHIN_S = 60, 60


@dataclass
class Switching:
    """A system under load, of which processes are started and ended one by one."""

    trial: Trial
    over: Event

    def refer(self) -> None:
        """Have women referred until it is over."""
        while not self.over.is_set():
            self.trial.refer(1)

    def up(self, release: Release, *names: str, **environment: str) -> None:
        """Start processes beside those that run, and see that somebody is called."""
        replicas = self.trial.system.replicas
        for name in names:
            replicas[name].release = release
            replicas[name].start(**environment)
        until(lambda: not replicas.waited_for(), within=READY_WITHIN_S)
        self.see_a_call()

    def down(self, *names: str) -> None:
        """End processes as a supervisor does, and see that somebody is called."""
        assert [self.trial.system.replicas[name].stop() for name in names] == [0] * len(names)
        self.see_a_call()

    def see_a_call(self) -> None:
        """Wait until somebody is called for who is referred from now on."""
        count = self.accepted + 1
        until(lambda: len(self.alerts) > count, within=CALLED_WITHIN_S)

    @property
    def accepted(self) -> int:
        """Return how many women have been referred so far."""
        return sum(each["kind"] == "referral" for each in self.trial.system.ledger.entries())

    @property
    def alerts(self) -> list[Any]:
        """Return the alerts as they are stored."""
        return self.trial.system.store.documents("notifications")

    def forms(self) -> set[int]:
        """Return in which forms alerts are stored."""
        return {alert.get("form", 1) for alert in self.alerts}

    def heard(self) -> set[str]:
        """Return what assessments were said by."""
        return {
            each.routing_key
            for each in self.trial.system.tap.heard
            if each.routing_key.startswith("risk_assessed")
        }


@pytest.fixture
def switching(
    startable: Servers, broker: SharedBroker, mongo: SharedMongo, keys: Keys, tmp_path: Any
) -> Iterator[Switching]:
    bus, store = Bus(startable.broker, broker.vhost), Store(startable.database, mongo.prefix)
    system = System.on(bus, store, keys, tmp_path)
    for replica in system.replicas:
        replica.release = NOW
    system.start(ONE_OF_EACH)
    made = Switching(Trial(system), Event())
    with ThreadPoolExecutor(1) as pool:
        load: Future[None] = pool.submit(made.refer)
        yield made
        made.over.set()
        load.result()
    system.end()


def test_each_assessment_becomes_one_alert_whichever_moves_first(switching: Switching) -> None:
    publisher_first(switching)
    back_to_the_release_before(switching)
    consumer_first(switching)
    write_the_new_form(switching)
    switching.over.set()
    switching.trial.settle()
    assert len(switching.alerts) == switching.accepted


def publisher_first(switching: Switching) -> None:
    switching.up(NEXT, "risk-b")
    switching.down("risk-a")
    assert switching.heard() == {"risk_assessed.v1", "risk_assessed.v2"}
    switching.up(NEXT, "notifications-b")
    switching.down("notifications-a")


def back_to_the_release_before(switching: Switching) -> None:
    switching.up(NOW, "risk-a", "notifications-a")
    switching.down("risk-b", "notifications-b")
    assert switching.forms() == {1}


def consumer_first(switching: Switching) -> None:
    switching.up(NEXT, "notifications-b")
    switching.down("notifications-a")
    switching.up(NEXT, "risk-b")
    switching.down("risk-a")


def write_the_new_form(switching: Switching) -> None:
    """The release after writes form 2 while the one before still runs; both read both."""
    switching.up(NEXT, "notifications-a", **{WRITES: "2"})
    until(lambda: switching.forms() == {1, 2}, within=CALLED_WITHIN_S)
    alerts = switching.trial.manager.items("/alerts", limit=50)
    assert {alert["severity"] for alert in alerts} == {"high"}
