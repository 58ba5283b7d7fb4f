"""`outreach keys` and `outreach accounts`, on a portal and notifications that run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local.accounts import ensure_accounts
from deploy.local.services import settings
from tests.integration.operations.desk_work import Operator, Said
from tests.support import until
from tests.support.stack import Stack
from tests.support.tokens import Tokens

AGENCY = "riverside-police"
PERSON = ("--name", "Zoe Field", "--role", "practitioner", "--area", "cluj")


@dataclass(frozen=True)
class Desk:
    """Who looks after accounts, beside the running portal."""

    stack: Stack

    @property
    def environment(self) -> dict[str, str]:
        own = {"MONGODB_URI": self.stack.mongo.uri, "DATABASE_PREFIX": self.stack.mongo.prefix}
        return {**os.environ, **own}

    @property
    def as_portal(self) -> dict[str, str]:
        told = settings("portal", self.stack.addresses, self.stack.keys)
        return {**self.environment, **told}

    def run(self, *arguments: str, typed: dict[str, str] | None = None) -> Said:
        return Operator.run_in(typed or self.environment, *arguments)

    def made(self, *arguments: str) -> dict[str, Any]:
        said = self.run(*arguments, "--json")
        assert said.code == 0, said.err
        told: dict[str, Any] = said.json
        return told

    def list_referrals(self, key: str) -> int:
        answer = httpx.get(
            f"{self.stack.url('portal')}/api/v1/referrals",
            headers={"Authorization": f"Bearer {key}"},
        )
        return answer.status_code

    def responder(self, account_id: str) -> dict[str, Any] | None:
        database = self.stack.mongo.client[f"{self.stack.mongo.prefix}notifications"]
        found: dict[str, Any] | None = database["responders"].find_one({"account_id": account_id})
        return found


@pytest.fixture(scope="module")
def desk(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The portal with its agencies, and notifications."""
    for service in ("referrals", "notifications", "portal"):
        stack.start(service, ready=False)
    for service in ("referrals", "notifications", "portal"):
        stack.wait(service)
    kept: Path = tmp_path_factory.mktemp("accounts") / "demo.json"
    ensure_accounts(settings("portal", stack.addresses, stack.keys), kept)
    return Desk(stack)


def test_a_key_is_shown_once_used_listed_and_ended(desk: Desk) -> None:
    known = desk.made("keys", "list", AGENCY)
    assert known
    full = [each["key_id"] for each in known if each["state"] == "alive"]
    for key_id in full:
        assert desk.made("keys", "revoke", AGENCY, key_id)["state"] == "revoked"
    made = desk.made("keys", "create", AGENCY, "new system", "--scope", "referrals:read")
    assert desk.list_referrals(made["key"]) == 200
    listed = desk.run("keys", "list", AGENCY)
    assert made["key_id"] in listed.out
    assert made["key"].rpartition("_")[2] not in listed.out
    desk.made("keys", "create", AGENCY, "another")
    third = desk.run("keys", "create", AGENCY, "a third")
    assert (third.code, "revoke one first" in third.err) == (1, True)
    desk.made("keys", "revoke", AGENCY, made["key_id"])
    assert desk.list_referrals(made["key"]) == 401


def test_what_is_not_there_is_told(desk: Desk) -> None:
    assert desk.run("keys", "list", "nobody").code == 1
    assert desk.run("keys", "create", "nobody", "x").code == 1
    assert desk.run("keys", "revoke", AGENCY, "nothing").code == 1
    assert desk.run("accounts", "close", "nobody@team.example").code == 1
    wrong = desk.run("accounts", "create", "--email", "a@b.example", *PERSON, "--agency", AGENCY)
    assert wrong.code == 2
    away = desk.environment | {"MONGODB_URI": "mongodb://127.0.0.1:1/"}
    assert desk.run("keys", "list", typed=away).code == 2


def test_an_account_is_made_reset_closed_and_erased(desk: Desk) -> None:
    made = desk.made("accounts", "create", "--email", "zoe@team.example", *PERSON)
    assert desk.run("accounts", "create", "--email", "zoe@team.example", *PERSON).code == 1
    assert desk.made("accounts", "reset", "zoe@team.example")["password"] != made["password"]
    until(lambda: desk.responder(made["id"]), within=20)
    in_use = desk.run("accounts", "erase", made["id"], "--yes", typed=desk.as_portal)
    assert (in_use.code, "close it first" in in_use.err) == (1, True)

    desk.made("accounts", "close", "zoe@team.example")
    unsure = desk.run("accounts", "erase", made["id"], typed=desk.as_portal)
    assert (unsure.code, "nothing was erased" in unsure.err) == (1, True)
    until(lambda: not (desk.responder(made["id"]) or {})["is_active"], within=20)
    erased = desk.run("accounts", "erase", made["id"], "--yes", typed=desk.as_portal)
    assert erased.code == 0, erased.err
    assert (desk.responder(made["id"]) or {})["sealed"] is None
    everybody = desk.run("accounts", "list", "--all").out
    assert made["id"] in everybody
    assert "zoe" not in everybody.lower()
    deeds = desk.stack.mongo.client[f"{desk.stack.mongo.prefix}portal"]["deeds"].find()
    told = [(each["action"], each["about"]) for each in deeds if each["about"] == made["id"]]
    assert told == [(f"accounts {done}", made["id"]) for done in ("reset", "close", "erase")]


def test_only_who_has_the_portals_key_may_erase_staff(desk: Desk) -> None:
    made = desk.made("accounts", "create", "--email", "ida@team.example", *PERSON)
    desk.made("accounts", "close", made["id"])
    said = desk.run("accounts", "erase", made["id"], "--yes")
    assert (said.code, "TOKEN_PRIVATE_KEY_FILE" in said.err) == (2, True)


def test_who_is_on_duty_is_named_and_an_area_without_a_rota_is_open(
    desk: Desk, tokens: Tokens
) -> None:
    people = desk.made("accounts", "list")
    worker = next(one for one in people if one["role"] == "practitioner" and "cluj" in one["areas"])
    plan = {
        "version": 0,
        "zone": "Europe/Bucharest",
        "fallback": worker["id"],
        "layers": [
            {
                "team": "Days",
                "people": [worker["id"]],
                "begins": "2026-01-05T09:00",
                "turn": {"unit": "weeks", "length": 1},
            }
        ],
    }
    headers = tokens.headers(role="manager", audience="notifications", area="cluj", id="maya")
    url = f"{desk.stack.url('notifications')}/rotas/cluj/responders"
    until(lambda: desk.responder(worker["id"]), within=20)
    until(lambda: httpx.put(url, json=plan, headers=headers).is_success, within=10)
    said = desk.run("rota", "cluj", typed=desk.as_portal)
    assert (said.code, said.out) == (0, f"cluj responders: {worker['display_name']}\n")
    both = desk.run("rota", "cluj", "perugia", "--json", typed=desk.as_portal)
    assert both.code == 1
    told = {each["area"]: (len(each["tiers"]), each["is_open"]) for each in both.json["areas"]}
    assert told == {"cluj": (1, False), "perugia": (0, True)}
    assert desk.run("rota", "cluj").code == 2
