"""The portal of this module of tests, in processes and databases that no other module sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher

from services.portal.accounts import Accounts
from services.portal.accounts.passwords import Passwords
from tests.integration.portal.door import Portal, open_portal, with_accounts
from tests.integration.portal.eva import EVA, PASSWORD, Clock

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="module")
def portal(stack: Any, mongo: Any) -> Portal:
    """A running portal with accounts; services beside it are started by who needs them."""
    return open_portal(stack, mongo)


@pytest.fixture
def clock() -> Clock:
    """A clock that starts on a morning in March."""
    return Clock()


@pytest.fixture
def run(mongo: Any, clock: Clock) -> Callable[..., Any]:
    """Run something on accounts that hold nobody but Eva."""

    def with_eva(work: Callable[[Accounts], Any]) -> Any:
        async def begin(accounts: Accounts) -> Any:
            await accounts.build_indexes()
            await accounts.create_person(EVA, PASSWORD)
            return await work(accounts)

        mongo.client.drop_database(f"{mongo.prefix}portal")
        return with_accounts(mongo, begin, now=clock, passwords=Passwords(QUICK))

    return with_eva
