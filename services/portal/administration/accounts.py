"""`outreach accounts`: list, create, reset, close, erase."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

import click

from services.chassis.auth import Role
from services.chassis.terminal import json_option, tell_json
from services.portal.accounts import Accounts, AccountTaken, NewPerson
from services.portal.accounts.model import LOCALES
from services.portal.administration.desk import ONCE, Refused, work
from services.portal.administration.responders import erase_responder

SHOWN = ("display_name", "email", "role", "agency_id", "areas", "teams", "locale", "is_active")
who_argument = click.argument("who", metavar="ACCOUNT")


@click.group()
def accounts() -> None:
    """Accounts of people: which there are, a new one, a new password, one that is to end.

    ACCOUNT is an id or an e-mail address. What changes something is written down.
    """


@accounts.command("list")
@click.option("--all", "is_all", is_flag=True, help="Closed ones too.")
@json_option
def list_(is_all: bool, as_json: bool) -> None:
    """List the accounts, by name.

    Exit codes: 0 shown; 2 used wrongly, or the database cannot be reached.

    Example: outreach accounts list --json | jq -r '.[] | select(.role == "practitioner").email'
    """

    async def read(kept: Accounts) -> list[dict[str, Any]]:
        found = await kept.people.everybody()
        return [_told(each) for each in found if is_all or each["is_active"]]

    found = work(None, "", read)
    if as_json:
        tell_json(found)
        return
    for one in found:
        state = "" if one["is_active"] else "  closed"
        where = one["agency_id"] or ",".join(one["areas"])
        click.echo(
            f"{one['id']}  {one['role']}  {where}  {one['display_name']} {_mail(one)}{state}"
        )
    if not found:
        click.echo("no accounts")


@accounts.command()
@click.option("--email", required=True, help="Her work address, by which she signs in.")
@click.option("--name", required=True, help="As colleagues see her.")
@click.option("--role", required=True, type=click.Choice([each.value for each in Role]))
@click.option("--area", "areas", multiple=True, required=True, help="May be given more than once.")
@click.option("--agency", help="For people of a partner agency: its id.")
@click.option("--locale", type=click.Choice(LOCALES), default="en", show_default=True)
@click.option("--id", "account_id", help="An id of your own; derived from the address otherwise.")
@json_option
def create(
    email: str,
    name: str,
    role: str,
    areas: Sequence[str],
    agency: str | None,
    locale: str,
    account_id: str | None,
    as_json: bool,
) -> None:
    """Make an account; its password is made here and shown this once.

    Exit codes: 0 made; 1 the address or id is taken; 2 used wrongly, or the database cannot be
    reached.

    Example: outreach accounts create --email ana@team.example --name Ana --role practitioner
    --area cluj --locale ro
    """
    if Role(role).is_agency != bool(agency):
        raise click.UsageError("--agency belongs to agency_worker and agency_admin, and to them.")
    password = secrets.token_urlsafe(12)
    new = NewPerson(
        email=email,
        display_name=name,
        role=Role(role),
        areas=tuple(areas),
        agency_id=agency,
        locale=locale,
        id=account_id,
    )
    try:
        made = work("accounts create", role, lambda kept: kept.create_person(new, password))
    except AccountTaken as error:
        raise Refused(
            f"{error}: see accounts list --all; accounts reset gives a new password."
        ) from None
    _tell_secret({"id": made, "email": email, "password": password}, as_json=as_json)


@accounts.command(short_help="Give somebody a new password; her sessions end.")
@who_argument
@json_option
def reset(who: str, as_json: bool) -> None:
    """Give somebody a new password, shown this once, and end her sessions.

    Exit codes: 0 done; 1 there is no such account, or it is closed; 2 used wrongly, or the database
    cannot be reached.

    Example: outreach accounts reset ana@team.example
    """
    account, password = _found(who), secrets.token_urlsafe(12)
    if not account["is_active"]:
        raise Refused(f"{account['id']} is closed: provision opens an account again.")
    work("accounts reset", account["id"], lambda kept: kept.set_password(account["id"], password))
    _tell_secret({"id": account["id"], "password": password}, as_json=as_json)


@accounts.command(short_help="Let nobody use an account from this moment on.")
@who_argument
@json_option
def close(who: str, as_json: bool) -> None:
    """Let nobody use an account from this moment on; who is signed in is signed out.

    What she has done stays hers. Notifications calls her no more a few seconds later.

    Exit codes: 0 closed; 1 there is no such account; 2 used wrongly, or the database cannot be
    reached.

    Example: outreach accounts close ana@team.example
    """
    account = _found(who)
    work("accounts close", account["id"], lambda kept: kept.close_account(account["id"]))
    _tell({"id": account["id"], "state": "closed"}, as_json=as_json)


@accounts.command(short_help="Erase name and addresses of somebody who has left.")
@who_argument
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask for the id once more.")
@json_option
def erase(who: str, is_sure: bool, as_json: bool) -> None:
    """Erase the name and every address of somebody whose account is closed.

    In notifications the key that sealed them is destroyed; here they are removed. Her id stays,
    since alerts and history name it. It needs NOTIFICATIONS_URL and TOKEN_PRIVATE_KEY_FILE.

    Exit codes: 0 erased; 1 there is no such account, it is in use, or it was not confirmed; 2 used
    wrongly, or the database or notifications cannot be reached.

    Example: outreach accounts erase 0198c1a0-5a10-7c3e-9a51-0c6f2b7d9e11
    """
    account = _found(who)
    if account["is_active"]:
        raise Refused(f"{account['id']} is in use: accounts close it first.")
    if not is_sure and _typed() != account["id"]:
        raise Refused("that is not the id: nothing was erased.")
    erase_responder(account["id"])
    work("accounts erase", account["id"], lambda kept: kept.people.erase(account["id"]))
    _tell({"id": account["id"], "state": "erased"}, as_json=as_json)


def _found(who: str) -> dict[str, Any]:
    async def read(kept: Accounts) -> list[dict[str, Any]]:
        return [_told(each) for each in await kept.people.everybody()]

    for one in work(None, "", read):
        if who.strip().lower() in (one["id"].lower(), one["email"]):
            return one
    raise Refused(f"there is no account {who}: see accounts list --all.")


def _typed() -> str:
    try:
        return str(click.prompt("This cannot be undone. Type the id", err=True)).strip()
    except click.Abort:
        return ""


def _told(account: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": account["_id"], **{name: account.get(name) for name in SHOWN}}


def _mail(one: Mapping[str, Any]) -> str:
    return f"<{one['email']}>" if one["email"] else "(erased)"


def _tell(told: Mapping[str, str], *, as_json: bool) -> None:
    if as_json:
        tell_json(told)
    else:
        click.echo("  ".join(told.values()))


def _tell_secret(told: Mapping[str, str], *, as_json: bool) -> None:
    _tell(told, as_json=as_json)
    if not as_json:
        click.echo(ONCE, err=True)
