"""The server that the contract is proved on: the run's own, or one that CONTRACT_MONGODB_URI names.

    CONTRACT_MONGODB_URI='mongodb://…/?replicaSet=rs0' make test ARGS=tests/storage

Its databases get a random prefix and are dropped afterwards.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

import pytest
from pymongo import MongoClient, WriteConcern
from pymongo.collection import Collection
from pymongo.database import Database

ELSEWHERE = "CONTRACT_MONGODB_URI"
Documents = Collection[dict[str, Any]]


@dataclass(frozen=True)
class Contract:
    """A server, and a database on it that nobody else uses."""

    uri: str
    prefix: str
    client: MongoClient[dict[str, Any]]

    @property
    def database(self) -> Database[dict[str, Any]]:
        """A database as a service opens it: majority and journalled writes."""
        concern = WriteConcern("majority", j=True, wtimeout=10_000)
        return self.client.get_database(f"{self.prefix}contract", write_concern=concern)

    @property
    def is_embedded(self) -> bool:
        """Is it the embedded server, whose differences are named in test_differences.py?"""
        return "secantusVersion" in self.client.admin.command("buildInfo")

    def collection(self, name: str = "") -> Documents:
        """A collection that is not there yet."""
        return self.database[name or f"c{token_hex(4)}"]


@pytest.fixture(scope="module")
def contract(request: pytest.FixtureRequest) -> Iterator[Contract]:
    elsewhere = os.environ.get(ELSEWHERE)
    uri = elsewhere or request.getfixturevalue("mongo").uri
    prefix = f"contract{token_hex(6)}_"
    with MongoClient(uri, tz_aware=True, serverSelectionTimeoutMS=5_000) as client:
        yield Contract(uri, prefix, client)
        for name in client.list_database_names():
            if name.startswith(prefix):
                client.drop_database(name)


@pytest.fixture
def things(contract: Contract) -> Documents:
    """An empty collection of a test's own."""
    return contract.collection()
