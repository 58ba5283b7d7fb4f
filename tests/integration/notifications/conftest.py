"""The service of a module of tests, with the waits of the product or very short ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.notifications.alerts_in_use import Notifications, Person
from tests.integration.notifications.people_in_use import tell, told
from tests.integration.notifications.rotas_in_use import EVERYBODY, ROSTERED, Rota
from tests.support import published, until

OK = 200

SHORT = {
    "ALERT_STEP_AFTER_S": "0.2",
    "ALERT_REPEAT_EVERY_S": "0.3",
    "ALERT_ACKNOWLEDGEMENT_LASTS_S": "2",
    "ALERT_UNRESOLVED_AFTER_S": "1",
}


@pytest.fixture(scope="module")
def heard(broker: Any) -> Iterator[None]:
    """Have a queue for what the service says; what nobody hears stays in the outbox."""
    with published(broker, "notifications.events"):
        yield


@pytest.fixture(scope="module")
def notifications(stack: Any, broker: Any, mongo: Any, tokens: Any, heard: None) -> Notifications:
    """The service with the waits of the product."""
    del heard
    return Notifications(broker, mongo, tokens, stack.start("notifications"))


@pytest.fixture(scope="module")
def hurried(stack: Any, broker: Any, mongo: Any, tokens: Any, heard: None) -> Notifications:
    """The service in two replicas, with very short waits."""
    del heard
    url = stack.start("notifications", **SHORT)
    stack.start("notifications", "worker", **SHORT)
    return Notifications(broker, mongo, tokens, url)


@pytest.fixture(scope="module")
def rostered(notifications: Notifications) -> None:
    """Have the service know those whom rotas name; it reads them anew within two seconds."""
    tell(notifications, *(told(Person(name), display_name=name, areas=["*"]) for name in ROSTERED))
    until(lambda: Rota(notifications).save(layers=[EVERYBODY]).status_code == OK)


@pytest.fixture
def rota(notifications: Notifications, rostered: None) -> Rota:
    """A rota that is not saved yet."""
    del rostered
    return Rota(notifications)


@pytest.fixture
def saved(rota: Rota) -> Rota:
    """A rota of one layer."""
    assert rota.save().status_code == 200
    return rota
