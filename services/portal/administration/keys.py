"""`outreach keys`: list, create, revoke."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import click

from services.chassis import clock
from services.chassis.terminal import json_option, tell_json
from services.portal.accounts import Accounts, ApiKey, Scope, TooManyKeys
from services.portal.accounts.agencies import Agency, StoredKey, UnknownAgency
from services.portal.administration.desk import ONCE, Refused, work

LONGEST_DAYS = 366


@click.group()
def keys() -> None:
    """API keys of partner agencies: which there are, a new one, one that is to end.

    An agency has at most two keys alive, which is what changing from one to the next takes.
    """


@keys.command("list", short_help="List the keys of all agencies, or of one.")
@click.argument("agency", required=False)
@json_option
def list_(agency: str | None, as_json: bool) -> None:
    """List the keys of all agencies, or of one; no secret is kept, so none is shown.

    Exit codes: 0 shown; 1 there is no such agency; 2 used wrongly, or the database cannot be
    reached.

    Example: outreach keys list riverside-police
    """

    async def read(accounts: Accounts) -> Sequence[Agency]:
        every = await accounts.agencies.everybody()
        return [each for each in every if agency in (None, each.id)]

    found = work(None, "", read)
    if agency and not found:
        raise _unknown(agency)
    told = [_told(each, key) for each in found for key in each.keys]
    if as_json:
        tell_json(told)
        return
    for one in told:
        used = one["last_used_at"] or "never"
        place = f"{one['agency_id']}  {one['key_id']}  {one['state']}"
        until = f"until {one['expires_at']:%Y-%m-%d}  last used {used}"
        click.echo(f"{place}  {until}  {','.join(one['scopes'])}  {one['name']}")
    if not told:
        click.echo("no keys")


@keys.command()
@click.argument("agency")
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([each.value for each in Scope]),
    help="What it may be used for; may be given more than once. By default everything.",
)
@click.option(
    "--days",
    type=click.IntRange(1, LONGEST_DAYS),
    default=365,
    show_default=True,
    help="How long it may be used.",
)
@json_option
def create(agency: str, name: str, scopes: Sequence[str], days: int, as_json: bool) -> None:
    """Make a key for a system of an agency; NAME says which. It is shown this once.

    Exit codes: 0 made; 1 there is no such agency, or it has two keys alive; 2 used wrongly, or the
    database cannot be reached.

    Example: outreach keys create riverside-police "records system" --scope referrals:write
    """
    chosen = [Scope(each) for each in scopes] or list(Scope)

    async def make(accounts: Accounts) -> ApiKey:
        lifetime = timedelta(days=days)
        return await accounts.agencies.create_key(agency, name, chosen, clock.now(), lifetime)

    try:
        made = work("keys create", agency, make)
    except UnknownAgency:
        raise _unknown(agency) from None
    except TooManyKeys:
        raise Refused(f"{agency} has two keys alive: revoke one first (keys list).") from None
    if as_json:
        tell_json({"agency_id": agency, "key_id": made.key_id, "name": name, "key": str(made)})
        return
    click.echo(str(made))
    click.echo(ONCE, err=True)


@keys.command()
@click.argument("agency")
@click.argument("key_id")
@json_option
def revoke(agency: str, key_id: str, as_json: bool) -> None:
    """End a key at once; whoever uses it is refused from now on.

    Exit codes: 0 ended; 1 there is no such agency or key; 2 used wrongly, or the database cannot be
    reached.

    Example: outreach keys revoke riverside-police k3m9x7p2q4ab
    """

    async def end(accounts: Accounts) -> bool:
        known = await accounts.agencies.find(agency)
        if all(key.key_id != key_id for key in known.keys):
            return False
        await accounts.agencies.revoke_key(agency, key_id, clock.now())
        return True

    try:
        is_known = work("keys revoke", f"{agency} {key_id}", end)
    except UnknownAgency:
        raise _unknown(agency) from None
    if not is_known:
        raise Refused(f"{agency} has no key {key_id}: see keys list {agency}.")
    if as_json:
        tell_json({"agency_id": agency, "key_id": key_id, "state": "revoked"})
    else:
        click.echo(f"revoked {key_id} of {agency}")


def _told(agency: Agency, key: StoredKey) -> dict[str, Any]:
    return {
        "agency_id": agency.id,
        "key_id": key.key_id,
        "name": key.name,
        "state": _state(key),
        "scopes": key.scopes,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
    }


def _state(key: StoredKey) -> str:
    if key.revoked_at is not None:
        return "revoked"
    return "alive" if key.is_alive(clock.now()) else "expired"


def _unknown(agency: str) -> Refused:
    return Refused(f"there is no agency {agency}: see keys list; provision makes agencies.")
