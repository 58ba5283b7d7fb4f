"""An operator with the rights that the documentation names, and no others."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.local.definitions import OPERATOR
from tests.integration.operations.desk_work import Operator
from tests.support.servers import Servers


@pytest.fixture(scope="module")
def operator(startable: Servers, broker: Any, mongo: Any) -> Operator:
    """Somebody at this module's dead letters."""
    return Operator(startable.broker.uri(broker.vhost, OPERATOR), mongo)
