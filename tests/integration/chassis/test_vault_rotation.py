"""A new master key while processes run: nobody stops, and everything opens all the time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from bson.codec_options import CodecOptions
from pymongo import MongoClient
from pymongo.encryption import ClientEncryption

from services.chassis.crypto import Vault
from services.chassis.keyring import KeyFile, name_of

OLD, NEW = b"o" * 96, b"n" * 96


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "vault.key"
    path.write_bytes(OLD)
    return path


@pytest.fixture
def opened(mongo: Any, file: Path) -> Any:
    database = mongo.database("referrals").name
    MongoClient(mongo.uri)[database].drop_collection("key_vault")

    def open_vault(master: bytes | None = None) -> Vault:
        client = MongoClient(mongo.uri, tz_aware=True)
        vault = Vault(client, database, master or KeyFile(file))
        vault.ensure_index()
        return vault

    return open_vault


def test_a_running_process_takes_a_new_master_key_up_and_still_opens_the_old(
    opened: Any, file: Path
) -> None:
    running = opened()
    before = running.seal("case-1", "Ana")
    links = running.secrets("links")
    file.write_bytes(NEW + OLD)
    after = running.seal("case-2", "Eva")
    assert (running.open(before), running.open(after)) == ("Ana", "Eva")
    assert opened(NEW).open(after) == "Eva"
    assert running.secrets("links")[1:] == links


def test_what_is_wrapped_anew_opens_without_the_old_key_and_keeps_its_names(
    opened: Any, mongo: Any, file: Path
) -> None:
    running = opened()
    running.claim("who", "case-1", "C-0000-0000")
    sealed = running.seal("case-1", "Ana")
    file.write_bytes(NEW + OLD)
    keys = mongo.database("referrals")["key_vault"]
    running.rewrap([each["_id"] for each in keys.find()])
    assert {each["masterKey"]["provider"] for each in keys.find()} == {name_of(NEW)}
    assert opened(NEW).open(sealed) == "Ana"
    assert not opened(NEW).claim("who", "case-2", "C-1111-1111").is_new


def test_a_key_that_names_no_master_key_was_wrapped_by_the_oldest(
    opened: Any, mongo: Any, file: Path
) -> None:
    client, codec = MongoClient(mongo.uri), CodecOptions(tz_aware=True)
    space = f"{mongo.database('referrals').name}.key_vault"
    with ClientEncryption({"local": {"key": OLD}}, space, client, codec) as before:
        before.create_data_key("local", key_alt_names=["case:case-1"])
    sealed = opened().seal("case-1", "Ana")
    file.write_bytes(NEW + OLD)
    assert opened().open(sealed) == "Ana"


def test_while_the_file_is_away_the_keys_of_before_are_used(opened: Any, file: Path) -> None:
    running = opened()
    sealed = running.seal("case-1", "Ana")
    file.write_bytes(b"half")
    assert running.open(sealed) == "Ana"
    file.unlink()
    assert running.open(running.seal("case-2", "Eva")) == "Eva"


def test_what_is_told_after_an_erasure_by_another_process_gets_another_key(opened: Any) -> None:
    mine, other = opened(), opened()
    mine.seal("case-1", "Ana")
    assert other.destroy("case-1")
    fresh = opened()
    fresh._known.update(mine._known)
    assert fresh.open(fresh.seal("case-1", "again")) == "again"
