"""API keys: their form, and that only a hash of the secret is kept."""

from __future__ import annotations

import re

import pytest

from services.portal.accounts import ApiKey


def test_a_key_is_read_back_from_what_is_shown() -> None:
    key = ApiKey.new()
    assert ApiKey.read(str(key)) == key


def test_a_key_looks_like_one_of_ours() -> None:
    assert re.fullmatch(r"ttp_[a-z0-9]{12}_[A-Za-z0-9_-]{43}", str(ApiKey.new()))


def test_no_two_keys_are_alike() -> None:
    assert len({str(ApiKey.new()) for _ in range(1000)}) == 1000


def test_a_key_fits_its_own_hash_and_no_other() -> None:
    key, other = ApiKey.new(), ApiKey.new()
    assert key.fits(key.hash)
    assert not other.fits(key.hash)


def test_the_hash_does_not_show_the_secret() -> None:
    key = ApiKey.new()
    assert key.secret not in key.hash


@pytest.mark.parametrize(
    "text", ["", "ttp_", "ttp_abcdefghijkm_short", "xyz_abcdefghijkm_" + "a" * 43, "a" * 4000]
)
def test_other_text_is_no_key(text: str) -> None:
    assert ApiKey.read(text) is None
