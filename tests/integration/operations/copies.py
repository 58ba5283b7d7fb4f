"""Databases with a little in each, and an operator who copies them and brings them back."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.services import SERVICES
from tests.integration.operations.desk_work import Operator, Said
from tests.support.servers import SharedMongo

Documents = dict[str, list[dict[str, Any]]]
WITHOUT_BUS = ("AMQP_URI", "OUTREACH_SETTINGS_FILE")


@dataclass(frozen=True)
class Copies:
    """What there is, and the folders of backups."""

    mongo: SharedMongo
    folder: Path

    def fill(self, count: int = 3) -> None:
        for service in SERVICES:
            database = self.mongo.database(service)
            database[service].insert_many({"_id": f"{service}-{n}", "n": n} for n in range(count))
            database["key_vault"].insert_many(
                {"_id": f"key-{n}", "keyAltNames": [f"case:{n}"]} for n in range(count)
            )

    def empty(self) -> None:
        for service in SERVICES:
            self.mongo.client.drop_database(f"{self.mongo.prefix}{service}")

    def backup(self, name: str = "first") -> Path:
        said = self.run("backup", str(self.folder / name))
        assert said.code == 0, said.err
        return self.folder / name

    def restore(self, folder: Path, *options: str) -> Said:
        return self.run("restore", str(folder), "--services-are-stopped", *options)

    def run(self, *arguments: str, **settings: str) -> Said:
        return Operator.run_in(self.environment | settings, *arguments)

    @property
    def environment(self) -> dict[str, str]:
        own = {"MONGODB_URI": self.mongo.uri, "DATABASE_PREFIX": self.mongo.prefix}
        return {name: told for name, told in os.environ.items() if name not in WITHOUT_BUS} | own

    def documents(self, name: str | None = None) -> Documents:
        """Return one collection of each service: its main one, unless another is named."""
        return {
            each: list(self.mongo.database(each)[name or each].find().sort("_id", 1))
            for each in SERVICES
        }
