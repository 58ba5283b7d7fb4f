"""A process in production mode ends at once on a server that is too weak, and says why."""

from __future__ import annotations

import pytest

from tests.storage.conftest import Contract
from tests.support.stack import Stack
from tests.support.waiting import until

REASON = "MODE=production needs"


@pytest.mark.parametrize("service", ["referrals", "portal"])
def test_production_does_not_start_on_the_embedded_server(
    contract: Contract, fresh_stack: Stack, service: str
) -> None:
    settings = {"MODE": "production", "PORTAL_ORIGIN": "https://casework.example"}
    if not contract.is_embedded:
        return
    fresh_stack.start(service, ready=False, **settings)
    assert until(lambda: fresh_stack.exit_code(service), within=20) != 0
    assert REASON in fresh_stack.log(service)


def test_what_a_server_lacks_is_in_the_log_of_a_process(fresh_stack: Stack) -> None:
    fresh_stack.start("risk")
    assert fresh_stack.log("risk").count("storage_probed") == 1
