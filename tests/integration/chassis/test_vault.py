"""A key for each client: what it sealed dies with it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pymongo import MongoClient

from services.chassis.crypto import Erased, Vault


@pytest.fixture
def opened(mongo: Any) -> Any:
    database = mongo.database("referrals").name

    def open_vault() -> Vault:
        vault = Vault(MongoClient(mongo.uri, tz_aware=True), database, b"k" * 96)
        vault.ensure_index()
        return vault

    MongoClient(mongo.uri)[database].drop_collection("key_vault")
    return open_vault


def test_another_process_reads_what_was_sealed(opened: Any) -> None:
    sealed = opened().seal("case-1", {"name": "Ana", "windows": [1, 2]})
    assert opened().open(sealed) == {"name": "Ana", "windows": [1, 2]}
    assert b"Ana" not in sealed.ciphertext


def test_a_destroyed_key_erases_and_forgets_the_match(opened: Any) -> None:
    vault = opened()
    first = vault.claim("who", "case-1", "C-0000-0000")
    sealed = vault.seal("case-1", "Ana")
    assert vault.destroy("case-1")
    with pytest.raises(Erased):
        opened().open(sealed)
    again = opened().claim("who", "case-2", "C-1111-1111")
    assert (first.is_new, again.is_new, again.case_id) == (True, True, "case-2")


def test_one_woman_becomes_one_case_however_many_refer_her_at_once(opened: Any) -> None:
    vault = opened()
    with ThreadPoolExecutor(8) as agencies:
        claims = list(
            agencies.map(lambda n: vault.claim("who", f"case-{n}", f"C-{n:04}-0000"), range(8))
        )
    assert len({claim.case_id for claim in claims}) == 1
    assert [claim.is_new for claim in claims].count(True) == 1
