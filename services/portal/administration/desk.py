"""What each command needs: the portal's own database, who does it, how it is told or refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import click
from environs import Env, EnvError
from pymongo import AsyncMongoClient, MongoClient
from pymongo.errors import PyMongoError

from services.chassis import clock
from services.chassis.settings import BadSettings, mongo_address
from services.chassis.storage.deeds import Deed, Deeds
from services.chassis.storage.mongo import client_options, guarantees
from services.chassis.terminal import operator
from services.portal.accounts import Accounts

T = TypeVar("T")
ONCE = "Shown this once and kept nowhere: pass it on by another way than the rest."


class Refused(click.ClickException):
    """It was not done; the sentence says why and what to do."""

    exit_code = 1


class CannotReach(click.ClickException):
    """The portal's database, or a service, does not answer; the sentence says what to do."""

    exit_code = 2


def work(action: str | None, about: str, do: Callable[[Accounts], Awaitable[T]]) -> T:
    """Do something with the accounts; what changes them (`action`) is written down first.

    Raises:
        CannotReach: nothing says where the database is, or it does not answer.

    """
    try:
        uri, name = mongo_address(Env(), "portal")
        if action:
            _write_down(uri, name, Deed(clock.now(), operator(), action, about))
        return asyncio.run(_with_accounts(uri, name, do))
    except (EnvError, BadSettings):
        raise CannotReach("set MONGODB_URI or PORTAL_MONGO_URI: where is it?") from None
    except PyMongoError as error:
        kind = type(error).__name__
        raise CannotReach(
            f"the portal's database refuses or is away ({kind}): try again."
        ) from None


def _write_down(uri: str, name: str, deed: Deed) -> None:
    client: MongoClient[dict[str, Any]] = MongoClient(uri, **client_options("outreach"))
    with client:
        database = client.get_default_database(name)
        Deeds(database.with_options(**guarantees(is_production=False))).record(deed)


async def _with_accounts(uri: str, name: str, do: Callable[[Accounts], Awaitable[T]]) -> T:
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(uri, **client_options("outreach"))
    async with client:
        database = client.get_default_database(name)
        return await do(Accounts(database.with_options(**guarantees(is_production=False))))
