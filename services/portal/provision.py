"""Make accounts from a file: `python -m services.portal.provision FILE.json`.

The file names agencies with their API keys, and people. What is there already is brought up to date
and keeps its secrets, so the command can be run again at any time. Each new password and key is
printed once, as JSON on standard output, and stored nowhere in the clear.

    {"agencies": [{"id": "riverside-police", "name": "Riverside Police", "areas": ["london-rbkc"],
                   "keys": [{"name": "records system", "scopes": ["referrals:write"]}]}],
     "people": [{"email": "ana@example.org", "display_name": "Ana", "role": "practitioner",
                 "areas": ["cluj"], "locale": "ro"}]}

`scopes` may be left out for all; `"is_active": false` revokes a key. A person, who is known by her
address, may have `id`, `agency_id`, `teams`, `time_zone`, `password` (otherwise one is made), and
`"is_active": false` to close the account.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.chassis.auth import Role
from services.chassis.clock import now
from services.chassis.logs import note_beside_output
from services.chassis.settings import BadSettings
from services.contracts.vocabulary import CODE
from services.portal.accounts import Accounts, NewPerson, Scope, person_id
from services.portal.accounts.agencies import StoredKey
from services.portal.accounts.model import LOCALES
from services.portal.app import open_database
from services.portal.settings import read_settings

LEAST_PASSWORD = 12


class KeySchema(Schema):
    """One API key of an agency; its name says which system uses it."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=64))
    scopes = fields.List(fields.Enum(Scope, by_value=True), load_default=lambda: list(Scope))
    is_active = fields.Boolean(load_default=True)


class AgencySchema(Schema):
    """One partner agency."""

    id = fields.String(required=True, validate=CODE)
    name = fields.String(required=True, validate=validate.Length(min=1, max=120))
    areas = fields.List(fields.String(), required=True)
    keys = fields.List(fields.Nested(KeySchema), load_default=list)


class PersonSchema(Schema):
    """One person."""

    id = fields.String(load_default=None)
    email = fields.Email(required=True)
    display_name = fields.String(required=True, validate=validate.Length(min=1, max=120))
    role = fields.Enum(Role, by_value=True, required=True)
    agency_id = fields.String(load_default=None, validate=CODE)
    areas = fields.List(fields.String(), required=True)
    teams = fields.List(fields.String(), load_default=list)
    locale = fields.String(load_default="en", validate=validate.OneOf(LOCALES))
    time_zone = fields.String(load_default=None, allow_none=True)
    password = fields.String(load_default=None, validate=validate.Length(min=LEAST_PASSWORD))
    is_active = fields.Boolean(load_default=True)


class FileSchema(Schema):
    """The whole file."""

    agencies = fields.List(fields.Nested(AgencySchema), load_default=list)
    people = fields.List(fields.Nested(PersonSchema), load_default=list)


@dataclass
class Made:
    """The secrets that were made in this run, to be printed once."""

    people: list[dict[str, str]] = field(default_factory=list)
    keys: list[dict[str, str]] = field(default_factory=list)


async def provision(accounts: Accounts, wanted: dict[str, Any]) -> Made:
    """Bring the accounts to what is wanted and return the secrets that were made."""
    made = Made()
    await accounts.build_indexes()
    for agency in wanted["agencies"]:
        await accounts.agencies.create(agency["id"], agency["name"], agency["areas"], now())
        made.keys += await _keys(accounts, agency)
    for person in wanted["people"]:
        made.people += await _person(accounts, dict(person))
    return made


async def _keys(accounts: Accounts, agency: dict[str, Any]) -> list[dict[str, str]]:
    """Bring an agency's living keys to what is wanted and return those that were made."""
    known = await accounts.agencies.find(agency["id"])
    alive = {key.name: key for key in known.keys if key.is_alive(now())}
    made = []
    # Revoking comes first, so that there is room for a key in another's place.
    for key in sorted(agency["keys"], key=lambda key: bool(key["is_active"])):
        if key["name"] in alive:
            await _settle(accounts, agency["id"], alive[key["name"]], key)
        elif key["is_active"]:
            new = await accounts.agencies.create_key(
                agency["id"], key["name"], key["scopes"], now()
            )
            made.append({"agency_id": agency["id"], "name": key["name"], "key": str(new)})
    return made


async def _settle(
    accounts: Accounts, agency_id: str, key: StoredKey, wanted: dict[str, Any]
) -> None:
    """Revoke a living key, or let it be used for what is wanted, keeping its secret."""
    if not wanted["is_active"]:
        await accounts.agencies.revoke_key(agency_id, key.key_id, now())
    elif sorted(wanted["scopes"]) != sorted(key.scopes):
        await accounts.agencies.set_scopes(agency_id, key.key_id, wanted["scopes"])


async def _person(accounts: Accounts, person: dict[str, Any]) -> list[dict[str, str]]:
    password, is_active = person.pop("password"), person.pop("is_active")
    new = NewPerson(**person | {"areas": tuple(person["areas"]), "teams": tuple(person["teams"])})
    if not is_active:
        account_id = await accounts.people.id_of(new.email)
        await accounts.close_account(account_id or new.id or person_id(new.email))
        return []
    if await accounts.describe_person(new):
        return []
    chosen = password or secrets.token_urlsafe(12)
    account_id = await accounts.create_person(new, chosen)
    return [{"id": account_id, "email": new.email, "password": chosen}]


def main(arguments: list[str] | None = None) -> int:
    """Read the file, make what is missing, print the new secrets; 2 if the file is not right."""
    about, _, details = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m services.portal.provision",
        description=about,
        epilog=details,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path, help="what is wanted, as JSON")
    note_beside_output()
    try:
        wanted = FileSchema().loads(parser.parse_args(arguments).file.read_text(encoding="utf-8"))
        database = open_database(read_settings())
    except (OSError, ValueError, ValidationError, BadSettings) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    made = asyncio.run(provision(Accounts(database), wanted))
    sys.stdout.write(json.dumps({"people": made.people, "keys": made.keys}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
