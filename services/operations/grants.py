"""`outreach grants`: a user of its own for each service in MongoDB, who may do what it must."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from environs import Env
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from services.chassis.settings import PORTS, BadSettings, mongo_address
from services.chassis.storage.mongo import Document, client_options
from services.chassis.terminal import json_option, tell_json
from services.operations.refusals import CannotReach, NotNamed
from services.operations.settings import read_environment

OWN = (
    *("find", "insert", "update", "remove"),
    *("createCollection", "dropCollection", "createIndex", "listCollections", "listIndexes"),
)
ROLE = "casework"
EXPORTER = "exporter"


@dataclass(frozen=True, slots=True)
class Grant:
    """A user, the database that it belongs to, and its roles."""

    name: str
    database: str
    password: str
    roles: tuple[Any, ...]


@click.command(short_help="Give each service its own user in MongoDB.")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@json_option
def grants(folder: Path, as_json: bool) -> None:
    """Give each service a user of its own in MongoDB, who reaches no other database.

    FOLDER has a password in SERVICE-mongodb-password for each service, and one in
    exporter-mongodb-password where figures of the server are collected. MONGODB_URI or
    MONGODB_URI_FILE names an administrator. Done again, it sets rights and passwords anew; nobody
    is taken away.

    In its own a service may read and write, and make collections and indexes; it drops the scratch
    collection in which each process tries the server. It may neither drop the database nor know of
    users.

    Exit codes: 0 done; 2 a password is missing, or the server cannot be reached or refuses.

    Example: MONGODB_URI=mongodb://admin:...@mongo/ outreach grants /run/secrets
    """
    env = read_environment()
    wanted = list(_wanted(folder, env.str("DATABASE_PREFIX", "")))
    made = _granted(_administrator(env), wanted)
    if as_json:
        tell_json({"granted": made})
    else:
        click.echo("\n".join(f"{name} may use {database}" for name, database in made.items()))


def _wanted(folder: Path, prefix: str) -> Iterator[Grant]:
    for service in PORTS:
        own = f"{prefix}{service}"
        yield Grant(service, own, _password(folder, service), (ROLE,))
    if (folder / f"{EXPORTER}-mongodb-password").exists():
        seen = ("clusterMonitor", {"role": "read", "db": "local"})
        yield Grant(EXPORTER, "admin", _password(folder, EXPORTER), seen)


def _password(folder: Path, name: str) -> str:
    path = folder / f"{name}-mongodb-password"
    try:
        password = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise CannotReach(f"{path} cannot be read: {error.strerror}.") from None
    if not password:
        raise CannotReach(f"{path} is empty: write a password into it.")
    return password


def _administrator(env: Env) -> MongoClient[Document]:
    try:
        uri, _ = mongo_address(env, "administrator")
    except (BadSettings, ValueError) as error:
        raise NotNamed(f"nothing says who may give rights: set MONGODB_URI. {error}") from None
    return MongoClient(uri, **client_options("outreach"))


def _granted(client: MongoClient[Document], wanted: list[Grant]) -> dict[str, str]:
    try:
        for each in wanted:
            _grant(client, each)
    except OperationFailure as error:
        raise CannotReach(f"MongoDB refuses: {(error.details or {}).get('errmsg')}.") from None
    except PyMongoError as error:
        raise CannotReach(f"MongoDB does not answer: {type(error).__name__}.") from None
    return {each.name: each.database for each in wanted}


def _grant(client: MongoClient[Document], grant: Grant) -> None:
    database = client[grant.database]
    if ROLE in grant.roles:
        told: dict[str, Any] = {"privileges": _privileges(grant.database), "roles": []}
        _made(database, "Role", ROLE, told)
    _made(database, "User", grant.name, {"pwd": grant.password, "roles": list(grant.roles)})


def _made(database: Any, what: str, name: str, told: dict[str, Any]) -> None:
    """Change a user or a role, or create it where there is none."""
    known = database.command({f"{what.lower()}sInfo": name})[f"{what.lower()}s"]
    verb = "update" if known else "create"
    database.command({f"{verb}{what}": name, **told})


def _privileges(database: str) -> list[Document]:
    return [{"resource": {"db": database, "collection": ""}, "actions": list(OWN)}]
