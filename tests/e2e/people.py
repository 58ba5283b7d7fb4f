"""People who can sign in, made while a browser is open."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from services.portal.accounts import Accounts
from services.portal.provision import FileSchema, Made, provision
from tests.integration.portal.door import with_accounts


def make_people(mongo: Any, told: Mapping[str, Any]) -> None:
    """Make the accounts that a file of people tells of."""

    async def make(accounts: Accounts) -> Made:
        return await provision(accounts, FileSchema().load(told))

    # The browser's driver has an event loop in this thread, and a thread has only one.
    with ThreadPoolExecutor(1) as aside:
        aside.submit(with_accounts, mongo, make).result()
