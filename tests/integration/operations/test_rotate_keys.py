"""`outreach rotate-keys`: killed in the middle, repeated, finished; a running process goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.local.layout import ROOT
from services.chassis.crypto import Vault
from services.chassis.keyring import KeyFile, name_of
from services.operations.settings import CONSUMERS
from tests.integration.operations.desk_work import Operator, Said
from tests.support import until
from tests.support.servers import Servers, SharedMongo

MANY = 400


@dataclass(frozen=True)
class Vaults:
    """The vault of each service, its file, and something sealed in it."""

    mongo: SharedMongo
    folder: Path

    def file(self, service: str) -> Path:
        return self.folder / f"{service}.key"

    def vault(self, service: str, master: bytes | None = None) -> Vault:
        database = self.mongo.database(service).name
        client = MongoClient(self.mongo.uri, tz_aware=True)
        return Vault(client, database, master or KeyFile(self.file(service)))

    def providers(self, service: str) -> set[str]:
        found = self.mongo.database(service)["key_vault"].find()
        return {each["masterKey"]["provider"] for each in found}

    @property
    def environment(self) -> dict[str, str]:
        files = {f"{each.upper()}_VAULT_KEY_FILE": str(self.file(each)) for each in CONSUMERS}
        own = {"MONGODB_URI": self.mongo.uri, "DATABASE_PREFIX": self.mongo.prefix}
        return {**os.environ, **own, **files}

    def run(self, *arguments: str) -> Said:
        return Operator.run_in(self.environment, "rotate-keys", *arguments)


@pytest.fixture
def vaults(startable: Servers, tmp_path: Path) -> Iterator[Vaults]:
    """Vaults of this test."""
    mongo = SharedMongo(startable)
    made = Vaults(mongo, tmp_path)
    for service in CONSUMERS:
        made.file(service).touch(0o600)
        made.file(service).write_bytes(service[:1].encode() * 96)
        made.vault(service).ensure_index()
    yield made
    mongo.remove()


def sealed_in(vaults: Vaults, service: str, count: int = 3) -> dict[str, Any]:
    vault = vaults.vault(service)
    return {f"case-{n}": vault.seal(f"case-{n}", n) for n in range(count)}


def test_every_vault_gets_a_new_key_and_a_running_process_notices_nothing(vaults: Vaults) -> None:
    sealed = {service: sealed_in(vaults, service) for service in CONSUMERS}
    running = {service: vaults.vault(service) for service in CONSUMERS}
    said = vaults.run("--new", "--json")
    assert (said.code, said.json["left"]) == (0, 0)
    told = {
        each["service"]: (each["wrapped"], each["master_keys"]) for each in said.json["services"]
    }
    assert told == dict.fromkeys(CONSUMERS, (3, 2))
    again = vaults.run("--new", "--json")
    assert again.json == said.json
    assert vaults.run("--finish").code == 0
    for service in CONSUMERS:
        file = vaults.file(service)
        assert (len(file.read_bytes()), file.stat().st_mode & 0o777) == (96, 0o600)
        assert vaults.providers(service) == {name_of(file.read_bytes())}
        opened = [running[service].open(each) for each in sealed[service].values()]
        assert opened == [vaults.vault(service).open(each) for each in sealed[service].values()]
        assert opened == list(range(3))
        running[service].seal("case-new", "new")
        assert vaults.providers(service) == {name_of(file.read_bytes())}
        assert [each["action"] for each in vaults.mongo.database(service)["deeds"].find()] == [
            "rotate-keys new",
            "rotate-keys new",
            "rotate-keys finish",
        ]


def test_killed_in_the_middle_everything_opens_and_the_next_run_ends_it(vaults: Vaults) -> None:
    sealed = sealed_in(vaults, "risk", MANY)
    old = vaults.file("risk").read_bytes()
    command = [sys.executable, "-m", "services.operations", "rotate-keys", "--new"]
    ended = subprocess.Popen(
        [*command, "--service", "risk"], env=vaults.environment, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    until(lambda: len(vaults.providers("risk")) > 1, within=30)
    ended.kill()
    ended.wait()
    assert name_of(old) in vaults.providers("risk")
    vault = vaults.vault("risk")
    assert [vault.open(each) for each in sealed.values()] == list(range(MANY))
    assert vaults.run("--finish", "--service", "risk").code == 1
    assert vaults.run("--look", "--service", "risk").code == 1
    said = vaults.run("--service", "risk", "--json")
    assert (said.code, said.json["left"]) == (0, 0)
    assert vaults.run("--finish", "--service", "risk").code == 0
    new = vaults.file("risk").read_bytes()
    assert old not in new
    fresh = vaults.vault("risk", new)
    assert [fresh.open(each) for each in sealed.values()] == list(range(MANY))


def test_who_was_erased_stays_erased(vaults: Vaults) -> None:
    sealed_in(vaults, "risk")
    assert vaults.vault("risk").destroy("case-1")
    assert vaults.run("--new", "--service", "risk").code == 0
    assert vaults.mongo.database("risk")["key_vault"].count_documents({}) == 2


def test_a_data_key_of_another_master_key_is_told_and_keeps_the_old_ones_in(vaults: Vaults) -> None:
    sealed_in(vaults, "risk")
    vaults.file("risk").write_bytes(b"x" * 96)
    said = vaults.run("--new", "--service", "risk", "--json")
    assert (said.code, said.json["services"][0]["unknown"]) == (1, 3)
    assert vaults.run("--finish", "--service", "risk").code == 1


def test_without_a_file_it_says_which_setting_is_missing(vaults: Vaults) -> None:
    environment = {k: v for k, v in vaults.environment.items() if k != "RISK_VAULT_KEY_FILE"}
    said = Operator.run_in(environment, "rotate-keys", "--service", "risk")
    assert said.code == 2
    assert "set RISK_VAULT_KEY_FILE" in said.err
