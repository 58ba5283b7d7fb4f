"""After five failures each next try waits longer, but nobody is shut out for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.portal.accounts.lockout import (
    LONGEST_WAIT,
    PER_ACCOUNT,
    PER_ADDRESS,
    by_account,
    by_address,
    locked_until,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("failures", range(PER_ACCOUNT))
def test_a_few_slips_cost_nothing(failures: int) -> None:
    assert locked_until(failures, PER_ACCOUNT, NOON) is None


@pytest.mark.parametrize(("failures", "seconds"), [(5, 30), (6, 60), (7, 120), (8, 240)])
def test_each_failure_after_the_fifth_doubles_the_wait(failures: int, seconds: int) -> None:
    assert locked_until(failures, PER_ACCOUNT, NOON) == NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize("failures", [12, 50, 100_000])
def test_the_wait_never_exceeds_half_an_hour(failures: int) -> None:
    assert locked_until(failures, PER_ACCOUNT, NOON) == NOON + LONGEST_WAIT


def test_an_office_behind_one_address_gets_more_tries_than_an_account() -> None:
    assert by_address("192.0.2.1").tolerance == PER_ADDRESS > by_account("a@b").tolerance


def test_what_was_typed_is_not_kept() -> None:
    typed = "hunter2"  # a password in the wrong field
    assert typed not in by_account(typed).id
    assert by_account(typed).id != by_address(typed).id


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::2"),
    ],
)
def test_who_can_choose_her_address_counts_as_one(one: str, other: str) -> None:
    assert by_address(one).id == by_address(other).id


@pytest.mark.parametrize(
    ("one", "other"),
    [("192.0.2.1", "192.0.2.2"), ("2001:db8:1:2::1", "2001:db8:1:3::1"), ("", "unix")],
)
def test_neighbours_do_not_count_as_one(one: str, other: str) -> None:
    assert by_address(one).id != by_address(other).id
