"""The database as a dependency of a service, as nameko's documentation shows for others."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider
from pymongo import MongoClient
from pymongo.database import Database


class Mongo(DependencyProvider):  # type: ignore[misc]  # nameko has no types
    """Gives each worker the service's own database."""

    def setup(self) -> None:
        """Connect once for the process."""
        config = self.container.config
        self._client: MongoClient[dict[str, Any]] = MongoClient(config["MONGODB_URI"])
        self._database = self._client[config["DATABASE_PREFIX"] + self.container.service_name]

    def stop(self) -> None:
        """Close all connections."""
        self._client.close()

    def get_dependency(self, worker_ctx: Any) -> Database[dict[str, Any]]:
        """Return the database."""
        del worker_ctx
        return self._database
