"""With one guarantee taken out by one line, the ledger fails; with all of them in, it does not.

Each fault comes twice: to the services as they are, where nothing may be wrong afterwards, and to
services of which one line was taken out (`altered.py`), where the judge must see it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from deploy.local.keys import Keys
from tests.chaos.altered import SABOTAGE
from tests.chaos.servers import Bus, Store
from tests.chaos.system import System
from tests.chaos.trying import ONE_OF_EACH, SETTLED_WITHIN_S, Trial
from tests.chaos.violations import Wrong
from tests.support import until
from tests.support.servers import Servers, SharedBroker, SharedMongo

pytestmark = pytest.mark.timeout(240)
RELAYS = ("referrals-a", "referrals-b")


@pytest.fixture(scope="module")
def trial(
    servers: Servers,
    broker: SharedBroker,
    mongo: SharedMongo,
    keys: Keys,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Trial]:
    """One process of each service, and two of referrals, on servers of this module."""
    bus, store = Bus(servers.broker, broker.vhost), Store(servers.database, mongo.prefix)
    system = System.on(bus, store, keys, tmp_path_factory.mktemp("chaos"))
    system.start({*ONE_OF_EACH, *RELAYS})
    yield Trial(system)
    system.end()


def test_with_every_guarantee_in_place_the_same_faults_do_no_harm(trial: Trial) -> None:
    trial.hear_again()
    trial.act_again()
    trial.sweep_together()
    trial.die_while_handling()
    trial.settle()


def test_without_receipts_something_happens_twice(trial: Trial) -> None:
    trial.altered(["notifications-a"], **{SABOTAGE: "receipts"})
    trial.act_again()
    new = {each.what for each in trial.found() if each.wrong is Wrong.DUPLICATED}
    trial.altered(["notifications-a"])
    assert any(what.startswith("action, ") for what in new)


def test_without_lease_fencing_two_relays_do_the_same_work(trial: Trial) -> None:
    trial.altered(RELAYS, **{SABOTAGE: "lease"})

    def is_seen() -> bool:
        trial.sweep_together()  # where one relay has done all before the other looks, once more
        return "event published by two relays at once" in {each.what for each in trial.found()}

    until(is_seen, within=60)
    trial.altered(RELAYS)


def test_with_messages_acknowledged_before_they_are_handled_something_is_lost(
    trial: Trial,
) -> None:
    before = set(trial.found())
    trial.altered(["risk-a"], **{SABOTAGE: "ack-after-save"})
    trial.die_while_handling()
    until(trial.is_quiet, within=SETTLED_WITHIN_S)
    new = {each.what for each in set(trial.found()) - before if each.wrong is Wrong.LOST}
    assert "no assessment of a referral" in new
