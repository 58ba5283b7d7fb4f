"""The database on this machine: a `mongod` where there is one, else the embedded server."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from shutil import which
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.children import Child
from deploy.local.layout import Layout
from deploy.local.ports import HOST
from deploy.local.refusal import CannotGoOn
from deploy.local.waiting import Pause, wait_until

UP_WITHIN_S = 60
ASK_WITHIN_MS = 1_000
REPLICA_SET = "casework"


class Database:
    """One private server; its data stay in its folder from one start to the next.

    A `mongod` runs as a replica set of one, as change streams and majority writes ask for. The
    embedded server syncs at every commit, and is asked not to use retryable writes: its record of
    them is sorted again at each, which makes it slow after some thousands.
    """

    def __init__(self, layout: Layout, port: int) -> None:
        self.port = port
        self._folder = layout.database
        self._log = layout.log("database")
        self._mongod = which("mongod")
        self._is_guarded = False
        self._server: Child | None = None

    @property
    def kind(self) -> str:
        """Return which program serves."""
        return "MongoDB" if self._mongod else "embedded database"

    @property
    def server(self) -> Child:
        """Return the server's process, to be watched."""
        if self._server is None:
            raise CannotGoOn("the database has not been started")
        return self._server

    @property
    def uri(self) -> str:
        """Return where the server is."""
        options = "directConnection=true" + ("" if self._mongod else "&retryWrites=false")
        return f"mongodb://{HOST}:{self.port}/?{options}"

    def guard(self) -> None:
        """Have it ask everybody who they are, from its next start on."""
        self._is_guarded = True

    def start(self) -> Child:
        """Start the server; `wait` tells when it answers."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        command = self._mongod_command() if self._mongod else self._embedded_command()
        self._server = Child(
            "database",
            command,
            log=self._log,
            environment=dict(os.environ) | {"HOME": str(self._folder)},
            cwd=self._folder,
        )
        return self._server

    def wait(self, pause: Pause | None = None) -> None:
        """Return when the server answers, and takes writes, whoever started it."""
        server = self._server
        try:
            wait_until(
                lambda: answers(self.uri),
                f"the {self.kind}",
                within_s=UP_WITHIN_S,
                is_alive=lambda: server is None or server.is_alive,
                pause=pause,
            )
            if self._mongod:
                self._become_primary()
        except CannotGoOn as error:
            raise CannotGoOn(f"{error}; its log is {self._log}") from None

    def stop(self) -> None:
        """Stop the server in order."""
        if self._server is not None:
            self._server.stop()

    def kill(self) -> None:
        """End the server at once, as a power cut would."""
        if self._server is not None:
            self._server.kill()

    def _mongod_command(self) -> list[str]:
        return [
            str(self._mongod),
            *("--dbpath", str(self._folder)),
            *("--bind_ip", HOST, "--port", str(self.port)),
            *("--replSet", REPLICA_SET),
            *(("--keyFile", str(self._member_key())) if self._is_guarded else ()),
        ]

    def _member_key(self) -> Path:
        """Return by what members of a guarded replica set know each other; it asks for that."""
        key = self._folder / "member.key"
        if not key.exists():
            key.touch(mode=0o600)
            key.write_text(token_hex(32), encoding="utf-8")
        return key

    def _embedded_command(self) -> list[str]:
        program = Path(sys.executable).with_name("secantusd-py")
        if not program.exists():
            raise CannotGoOn(
                "there is no database: install MongoDB (mongod), or the embedded one "
                f"({sys.executable} -m pip install --pre 'SecantusDB>=0.7.0b3,<0.8'), "
                "or set MONGODB_URI to a server that is there"
            )
        return [
            str(program),
            *("--host", HOST, "--port", str(self.port)),
            *("--storage-path", str(self._folder / "data")),
            *("--oplog-max-entries", "5000"),
            "--sync-on-commit",
            *(("--auth",) if self._is_guarded else ()),
        ]

    def _become_primary(self) -> None:
        """Make a new `mongod` a replica set of one, and wait until it takes writes."""
        member = {"_id": 0, "host": f"{HOST}:{self.port}"}
        configuration = {"_id": REPLICA_SET, "members": [member]}
        with connected(self.uri) as client:
            with suppress(OperationFailure):  # it was one already
                client.admin.command("replSetInitiate", configuration)
            wait_until(
                lambda: bool(client.admin.command("hello").get("isWritablePrimary")),
                "the replica set",
                within_s=UP_WITHIN_S,
            )


def connected(uri: str) -> MongoClient[dict[str, Any]]:
    """Return a client that does not wait long."""
    return MongoClient(uri, serverSelectionTimeoutMS=ASK_WITHIN_MS, connectTimeoutMS=ASK_WITHIN_MS)


def answers(uri: str) -> bool:
    """Does a MongoDB server answer here?"""
    try:
        with connected(uri) as client:
            client.admin.command("ping")
    except PyMongoError:
        return False
    return True
