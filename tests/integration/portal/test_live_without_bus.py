"""The bus goes away and comes back while pages are open: they are told what they missed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.portal.alerts import ALERTS, assess, raised, shown
from tests.integration.portal.door import Portal, inbox, open_portal
from tests.support import until
from tests.support.stack import Stack


@pytest.fixture
def house(own_broker: Any, mongo: Any, keys: Any, tmp_path: Path) -> Iterator[Stack]:
    """Services on a broker that may be killed."""
    made = Stack(own_broker, mongo, keys, tmp_path)
    made.start("notifications")
    yield made
    made.end()


def is_hearing(portal: Portal) -> bool:
    checks = portal.visitor().get("/health/ready").json()["checks"]
    return bool(checks["bus"])


def test_what_happened_without_the_bus_is_told_when_it_is_back(
    house: Stack, own_broker: Any, mongo: Any
) -> None:
    portal = open_portal(house, mongo)
    ana, mo = portal.signed_in("ana"), portal.signed_in("mo")
    until(lambda: is_hearing(portal))
    alert = raised(own_broker, ana)
    with inbox(mo) as manager:
        own_broker.kill()
        until(lambda: not is_hearing(portal))
        assert portal.visitor().get("/health/ready").status_code == 200
        taken = ana.post(f"{ALERTS}/{alert['reference']}/acknowledgements")
        assert taken.status_code == 200
        own_broker.start()
        shown(manager, alert["case_reference"], "alert_acknowledged")
        until(lambda: is_hearing(portal), within=15)
        shown(manager, assess(own_broker))
        assert not manager.is_closed
