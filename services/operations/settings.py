"""Where the bus and the databases are: from the environment, as for every process.

A file may stand in where the environment names neither; `make run` writes one for its own system.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values
from environs import Env, EnvError

from services.chassis.settings import mongo_address
from services.contracts.catalogue import CONTRACTS
from services.operations.refusals import NotNamed

START = "start it with make run, or set AMQP_URI"
CONSUMERS = tuple(sorted({hearer for each in CONTRACTS for hearer in each.lasting_hearers}))
NAMING = ("AMQP_URI", "MONGODB_URI", *(f"{name.upper()}_MONGO_URI" for name in CONSUMERS))


@dataclass(frozen=True, slots=True)
class Address:
    """The database of one service: the server's URI and the database's name on it."""

    uri: str
    name: str


def read_environment() -> Env:
    """Return the environment, filled from a file if it names neither bus nor database.

    The file never fills gaps: half of one system and half of another would be the worst of both.
    """
    env = Env()
    file = _file(env)
    if file is not None:
        env.read_env(file, recurse=False)
    return env


def environment() -> dict[str, str]:
    """Return the same as `read_environment`, for a process of another service."""
    told = dotenv_values(_file(Env()) or os.devnull)
    return {name: value for name, value in told.items() if value is not None} | os.environ


def _file(env: Env) -> str | None:
    file = env.str("OUTREACH_SETTINGS_FILE", "")
    is_there = Path(file).is_file() and os.access(file, os.R_OK)
    return file if is_there and not any(name in os.environ for name in NAMING) else None


def bus_uri(env: Env) -> str:
    """Return where the bus is.

    Raises:
        NotNamed: nothing says so.

    """
    uri: str | None = env.str("AMQP_URI", None)
    if not uri:
        raise NotNamed(f"nothing says where the bus is: {START}.")
    return uri


def database_of(env: Env, service: str) -> Address:
    """Return the database of a service.

    Raises:
        NotNamed: nothing says where it is.

    """
    try:
        return Address(*mongo_address(env, service))
    except EnvError:
        raise NotNamed(
            f"nothing says where the database of {service} is: set MONGODB_URI or "
            f"{service.upper()}_MONGO_URI."
        ) from None
