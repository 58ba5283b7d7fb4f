"""`outreach backup` and `restore`: what is refused, what a death in the middle leaves."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo import MongoClient

from deploy.local.keys import Keys
from deploy.local.layout import ROOT
from deploy.local.services import SERVICES
from tests.integration.operations.copies import Copies
from tests.support import until
from tests.support.servers import Servers, SharedBroker, SharedMongo
from tests.support.stack import Stack

MANY = 4_000


@pytest.fixture
def copies(startable: Servers, tmp_path: Path) -> Iterator[Copies]:
    """Databases of this test, filled."""
    mongo = SharedMongo(startable)
    made = Copies(mongo, tmp_path)
    made.fill()
    yield made
    mongo.remove()


def test_what_is_brought_back_is_what_was_copied(copies: Copies) -> None:
    before, keys = copies.documents(), copies.documents("key_vault")
    folder = copies.backup()
    copies.empty()
    said = copies.restore(folder, "--json")
    assert (said.code, said.json["restored"]) == (0, dict.fromkeys(sorted(SERVICES), 6))
    assert (copies.documents(), copies.documents("key_vault")) == (before, keys)
    assert all(not each for each in copies.documents("restore_under_way").values())
    assert [each["action"] for each in copies.documents("deeds")["risk"]] == ["restore"]


def test_only_its_owner_may_read_a_backup_and_no_second_one_goes_into_it(copies: Copies) -> None:
    folder = copies.backup()
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    said = copies.run("backup", str(folder))
    assert said.code == 1
    assert "is there already" in said.err


def test_who_is_signed_in_is_not_copied(copies: Copies) -> None:
    copies.mongo.database("portal")["sessions"].insert_one({"_id": "a token's hash"})
    folder = copies.backup()
    told = json.loads((folder / "manifest.json").read_text())
    assert ("portal", "sessions") not in {(f["service"], f["collection"]) for f in told["files"]}
    assert copies.restore(folder, "--replace").code == 0
    assert not copies.documents("sessions")["portal"]


@pytest.mark.parametrize("path", ["manifest.json", "data/risk/risk.bson.gz"])
def test_a_damaged_backup_is_refused_before_anything_is_written(copies: Copies, path: str) -> None:
    folder = copies.backup()
    whole = (folder / path).read_bytes()
    altered = bytes([whole[-20] ^ 1])
    for damaged in (whole[: len(whole) // 2], whole[:-20] + altered + whole[-19:], b""):
        (folder / path).write_bytes(damaged)
        said = copies.restore(folder, "--replace")
        assert said.code == 1
        assert "nothing was written" in said.err
    (folder / path).unlink()
    assert copies.run("restore", str(folder), "--check").code == 1
    assert len(copies.documents()["risk"]) == 3
    assert not copies.documents("deeds")["risk"]


def test_databases_that_are_not_empty_are_kept_unless_one_says_so(copies: Copies) -> None:
    folder = copies.backup()
    copies.mongo.database("risk")["risk"].insert_one({"_id": "later"})
    copies.mongo.database("risk")["operations_log"].insert_one({"_id": "later"})
    said = copies.restore(folder)
    assert said.code == 1
    assert "is not empty" in said.err
    assert copies.restore(folder, "--replace").code == 0
    assert len(copies.documents()["risk"]) == 3
    assert copies.documents("operations_log")["risk"] == [{"_id": "later"}]


def test_whoever_was_erased_after_a_backup_stays_erased(copies: Copies) -> None:
    first = copies.backup()
    for service in SERVICES:
        copies.mongo.database(service)["key_vault"].delete_one({"keyAltNames": "case:1"})
    later = copies.backup("later")
    copies.empty()
    assert copies.restore(first, "--keys", str(later)).code == 0
    assert [each["_id"] for each in copies.documents("key_vault")["risk"]] == ["key-0", "key-2"]
    assert len(copies.documents()["risk"]) == 3
    said = copies.restore(later, "--keys", str(first), "--replace")
    assert (said.code, "earlier backup" in said.err) == (1, True)


def test_nothing_is_restored_while_a_service_has_a_connection(copies: Copies) -> None:
    folder = copies.backup()
    with MongoClient(copies.mongo.uri, appname=f"{copies.mongo.prefix}risk") as client:
        client.admin.command("ping")
        said = copies.restore(folder, "--replace")
        assert said.code == 1
        assert "risk still run" in said.err
    assert until(lambda: copies.restore(folder, "--replace").code == 0, within=20)


def test_another_system_on_the_same_server_is_no_hindrance(copies: Copies) -> None:
    folder = copies.backup()
    with MongoClient(copies.mongo.uri, appname="risk") as other:
        other.admin.command("ping")
        assert copies.restore(folder, "--replace").code == 0


def test_what_cannot_be_seen_must_be_said(copies: Copies) -> None:
    folder = copies.backup()
    said = copies.run("restore", str(folder), "--replace")
    assert said.code == 1
    assert "not seen: the bus" in said.err


def test_a_restore_that_was_ended_in_the_middle_stops_services_and_is_begun_again(
    copies: Copies, broker: SharedBroker, keys: Keys, tmp_path: Path
) -> None:
    copies.mongo.database("risk")["risk"].insert_many({"_id": f"m{n}"} for n in range(MANY))
    folder = copies.backup()
    copies.empty()
    command = [sys.executable, "-m", "services.operations", "restore", str(folder)]
    ended = subprocess.Popen(
        [*command, "--services-are-stopped"],
        env=copies.environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until(lambda: copies.mongo.database("risk")["risk"].find_one() is not None, within=30)
    ended.kill()
    ended.wait()
    assert 0 < len(copies.documents()["risk"]) < MANY + 3
    stack = Stack(broker, copies.mongo, keys, tmp_path)
    for service in ("risk", "portal"):
        stack.start(service, ready=False)
        until(lambda name=service: stack.exit_code(name), within=30)
        assert "restore of its database was begun" in stack.log(service)
    stack.end()
    assert copies.restore(folder).code == 0
    assert len(copies.documents()["risk"]) == MANY + 3


def test_a_backup_that_was_ended_in_the_middle_is_none(copies: Copies) -> None:
    copies.mongo.database("risk")["risk"].insert_many({"_id": f"m{n}"} for n in range(MANY))
    folder = copies.folder / "ended"
    command = [sys.executable, "-m", "services.operations", "backup", str(folder)]
    ended = subprocess.Popen(command, env=copies.environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    until((copies.folder / "ended.partial" / "data").exists, within=30)
    ended.kill()
    ended.wait()
    assert not folder.exists()
    assert copies.run("restore", f"{folder}.partial", "--check").code == 1
    assert copies.run("backup", str(folder)).code == 0
    assert copies.run("restore", str(folder), "--check").code == 0
