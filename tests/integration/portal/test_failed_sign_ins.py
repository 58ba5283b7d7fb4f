"""Failing to sign in: who has to wait, for how long, and who does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from services.portal.accounts import (
    Accounts,
    LockedOut,
    SignInRefused,
)
from tests.integration.portal.eva import EMAIL, PASSWORD, Clock, fail


def test_a_locked_account_opens_again_after_a_while(run: Callable[..., Any], clock: Clock) -> None:
    async def work(accounts: Accounts) -> None:
        await fail(accounts, 5)
        with pytest.raises(LockedOut) as locked:
            await accounts.sign_in(EMAIL, PASSWORD)
        assert locked.value.until == clock.now + timedelta(seconds=30)
        clock.pass_(seconds=30)
        await fail(accounts, 1)
        with pytest.raises(LockedOut) as locked:
            await accounts.sign_in(EMAIL, PASSWORD)
        assert locked.value.until == clock.now + timedelta(seconds=60)
        clock.pass_(seconds=60)
        assert (await accounts.sign_in(EMAIL, PASSWORD)).person.email == EMAIL

    run(work)


def test_a_right_password_forgives_earlier_slips(run: Callable[..., Any]) -> None:
    async def work(accounts: Accounts) -> None:
        for _ in range(3):
            await fail(accounts, 4)
            await accounts.sign_in(EMAIL, PASSWORD)

    run(work)


def test_somebody_who_tries_many_accounts_from_one_place_is_slowed_down(
    run: Callable[..., Any],
) -> None:
    async def work(accounts: Accounts) -> None:
        for number in range(20):
            with pytest.raises(SignInRefused):
                await accounts.sign_in(f"person{number}@example.org", "guess", "192.0.2.7")
        with pytest.raises(LockedOut):
            await accounts.sign_in(EMAIL, PASSWORD, "192.0.2.7")
        await accounts.sign_in(EMAIL, PASSWORD, "192.0.2.8")

    run(work)


def test_signing_in_correctly_all_day_from_one_office_locks_nobody_out(
    run: Callable[..., Any],
) -> None:
    async def work(accounts: Accounts) -> None:
        for _ in range(30):
            await accounts.sign_in(EMAIL, PASSWORD, "192.0.2.7")

    run(work)


def test_an_office_where_somebody_mistypes_every_day_is_not_shut_out(
    run: Callable[..., Any], clock: Clock
) -> None:
    async def work(accounts: Accounts) -> None:
        for number in range(60):
            with pytest.raises(SignInRefused):
                await accounts.sign_in(f"person{number}@example.org", "slip", "192.0.2.7")
            clock.pass_(minutes=10)

    run(work)


def test_strangers_do_not_lock_her_out_where_she_has_been_before(
    run: Callable[..., Any],
) -> None:
    async def work(accounts: Accounts) -> None:
        known = (await accounts.sign_in(EMAIL, PASSWORD, "192.0.2.7")).device
        await fail(accounts, 5)
        with pytest.raises(LockedOut):
            await accounts.sign_in(EMAIL, PASSWORD, device="another")
        again = await accounts.sign_in(EMAIL, PASSWORD, device=known)
        assert again.device == known
        with pytest.raises(LockedOut):
            await accounts.sign_in(EMAIL, PASSWORD)
        await accounts.change_password(again.person, PASSWORD, "another long password")
        with pytest.raises(LockedOut):
            await accounts.sign_in(EMAIL, "another long password", device=known)

    run(work)


def test_a_known_device_has_no_more_tries_than_a_stranger(run: Callable[..., Any]) -> None:
    async def work(accounts: Accounts) -> None:
        known = (await accounts.sign_in(EMAIL, PASSWORD)).device
        await fail(accounts, 5, device=known)
        with pytest.raises(LockedOut):
            await accounts.sign_in(EMAIL, PASSWORD, device=known)
        with pytest.raises(SignInRefused):
            await accounts.sign_in("other@example.org", "wrong", device=known)

    run(work)
