"""Accounts on the real database: time, rotation, and the same command again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from argon2 import PasswordHasher

from services.portal.accounts import (
    Accounts,
    KeyRefused,
    Scope,
    SignInRefused,
)
from services.portal.accounts.passwords import Passwords
from services.portal.provision import FileSchema, provision
from tests.integration.portal.door import WANTED, with_accounts
from tests.integration.portal.eva import EMAIL, PASSWORD, Clock


def test_every_sign_in_is_a_new_session_with_its_own_token(run: Callable[..., Any]) -> None:
    async def work(accounts: Accounts) -> None:
        first = await accounts.sign_in(EMAIL, PASSWORD)
        second = await accounts.sign_in(EMAIL, PASSWORD)
        assert first.token != second.token
        assert first.person.csrf != second.person.csrf

    run(work)


def test_an_idle_session_ends_and_a_used_one_lasts_twelve_hours(
    run: Callable[..., Any], clock: Clock
) -> None:
    async def work(accounts: Accounts) -> None:
        idle, used = [await accounts.sign_in(EMAIL, PASSWORD) for _ in range(2)]
        for _ in range(24):
            clock.pass_(minutes=29)
            assert await accounts.person(used.token)
        assert await accounts.person(idle.token) is None
        clock.pass_(minutes=29)
        assert await accounts.person(used.token) is None

    run(work)


def test_an_open_stream_does_not_keep_a_session_alive(
    run: Callable[..., Any], clock: Clock
) -> None:
    async def work(accounts: Accounts) -> None:
        signed = await accounts.sign_in(EMAIL, PASSWORD)
        clock.pass_(minutes=20)
        assert await accounts.person(signed.token, touch=False)
        clock.pass_(minutes=20)
        assert await accounts.person(signed.token, touch=False) is None
        assert await accounts.sessions.alive({signed.person.session_id}, clock.now) == set()

    run(work)


def test_a_new_password_ends_every_other_session(run: Callable[..., Any]) -> None:
    async def work(accounts: Accounts) -> None:
        here, there = [await accounts.sign_in(EMAIL, PASSWORD) for _ in range(2)]
        await accounts.change_password(here.person, PASSWORD, "another long password")
        assert await accounts.person(here.token)
        assert await accounts.person(there.token) is None
        with pytest.raises(SignInRefused):
            await accounts.sign_in(EMAIL, PASSWORD)
        await accounts.sign_in(EMAIL, "another long password")

    run(work)


def test_a_closed_account_is_closed_at_once(run: Callable[..., Any]) -> None:
    async def work(accounts: Accounts) -> None:
        signed = await accounts.sign_in(EMAIL, PASSWORD)
        await accounts.close_account(signed.person.id)
        assert await accounts.person(signed.token) is None
        with pytest.raises(SignInRefused):
            await accounts.sign_in(EMAIL, PASSWORD)

    run(work)


def test_a_password_hashed_with_older_parameters_is_hashed_again(
    run: Callable[..., Any], mongo: Any
) -> None:
    def stored() -> str:
        return str(mongo.database("portal")["accounts"].find_one({"email": EMAIL})["password_hash"])

    async def sign_in(accounts: Accounts) -> None:
        await accounts.sign_in(EMAIL, PASSWORD)

    run(sign_in)
    assert "m=8," in stored()
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    with_accounts(mongo, sign_in, passwords=stronger)
    assert "m=16," in stored()
    with_accounts(mongo, sign_in, passwords=stronger)


def test_neither_passwords_nor_keys_nor_tokens_are_stored(
    run: Callable[..., Any], mongo: Any
) -> None:
    async def work(accounts: Accounts) -> list[str]:
        signed = await accounts.sign_in(EMAIL, PASSWORD)
        made = await provision(accounts, FileSchema().load(WANTED))
        return [
            PASSWORD,
            signed.token,
            signed.device,
            *(key["key"].rpartition("_")[2] for key in made.keys),
        ]

    secrets = run(work)
    database = mongo.database("portal")
    kept = str([list(database[name].find()) for name in database.list_collection_names()])
    assert not [secret for secret in secrets if secret in kept]


def test_provisioning_again_changes_no_secret_and_makes_nothing_twice(
    run: Callable[..., Any],
) -> None:
    async def work(accounts: Accounts) -> None:
        first = await provision(accounts, FileSchema().load(WANTED))
        assert (len(first.people), len(first.keys)) == (6, 3)
        again = await provision(accounts, FileSchema().load(WANTED))
        assert (again.people, again.keys) == ([], [])
        await accounts.sign_in("ana@example.org", PASSWORD)

    run(work)


def test_who_gets_another_area_signs_in_anew_and_nobody_else_does(run: Callable[..., Any]) -> None:
    async def work(accounts: Accounts) -> None:
        await provision(accounts, FileSchema().load(WANTED))
        ana, mo = [await accounts.sign_in(f"{n}@example.org", PASSWORD) for n in ("ana", "mo")]
        moved = [WANTED["people"][0] | {"areas": ["perugia"]}, *WANTED["people"][1:]]
        await provision(accounts, FileSchema().load(WANTED | {"people": moved}))
        assert await accounts.person(ana.token) is None
        assert await accounts.person(mo.token)
        again = await accounts.sign_in("ana@example.org", PASSWORD)
        assert again.person.areas == ("perugia",)

    run(work)


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "manager"}])
def test_a_person_is_known_by_her_address_though_the_file_leaves_out_her_id(
    run: Callable[..., Any], change: dict[str, Any]
) -> None:
    async def work(accounts: Accounts) -> None:
        await provision(accounts, FileSchema().load(WANTED))
        ana = await accounts.sign_in("ana@example.org", PASSWORD)
        listed = {name: value for name, value in WANTED["people"][0].items() if name != "id"}
        await provision(accounts, FileSchema().load({"people": [listed | change]}))
        assert await accounts.person(ana.token) is None
        assert await accounts.sessions.alive({ana.person.session_id}, accounts._now()) == set()

    run(work)


def test_a_key_that_is_taken_away_or_narrowed_in_the_file_is_so_at_once(
    run: Callable[..., Any],
) -> None:
    async def work(accounts: Accounts) -> None:
        made = await provision(accounts, FileSchema().load(WANTED))
        both, reader = [key["key"] for key in made.keys if key["agency_id"] == "riverside-police"]
        keys = [
            {"name": "both", "scopes": ["referrals:read"]},
            {"name": "reader", "is_active": False},
        ]
        police = WANTED["agencies"][0] | {"keys": keys}
        again = await provision(accounts, FileSchema().load({"agencies": [police]}))
        assert again.keys == []
        holder = await accounts.agencies.holder(both, accounts._now())
        assert holder.scopes == {Scope.REFERRALS_READ}
        with pytest.raises(KeyRefused):
            await accounts.agencies.holder(reader, accounts._now())

    run(work)


def test_an_account_that_is_no_longer_wanted_is_closed(run: Callable[..., Any]) -> None:
    async def work(accounts: Accounts) -> None:
        await provision(accounts, FileSchema().load(WANTED))
        left = WANTED | {"people": [WANTED["people"][0] | {"is_active": False}]}
        await provision(accounts, FileSchema().load(left))
        with pytest.raises(SignInRefused):
            await accounts.sign_in("ana@example.org", PASSWORD)

    run(work)
