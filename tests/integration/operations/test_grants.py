"""`outreach grants` on a real server that asks everybody who they are."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner, Result
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from deploy.local.keys import ensure_password
from services.chassis.settings import PORTS
from services.operations.commands import outreach
from tests.support import until
from tests.support.own import OwnMongo
from tests.support.servers import Servers
from tests.support.stack import Stack

ADMIN = {"user": "admin", "password": "of this test alone"}
UNAUTHORIZED = 13


class Guarded:
    """A server with users, and the folder of their passwords."""

    def __init__(self, mongo: OwnMongo, folder: Path) -> None:
        self.mongo, self.folder = mongo, folder
        for name in (*PORTS, "exporter"):
            ensure_password(folder / f"{name}-mongodb-password")

    def grant(self) -> Result:
        """Give rights, as an administrator."""
        uri = self.uri(ADMIN["user"], ADMIN["password"], "admin")
        return CliRunner().invoke(
            outreach, ["grants", str(self.folder), "--json"], env={"MONGODB_URI": uri}
        )

    def password(self, name: str) -> str:
        return (self.folder / f"{name}-mongodb-password").read_text().strip()

    def uri(self, name: str, password: str | None = None, database: str | None = None) -> str:
        known = f"{name}:{quote(password or self.password(name), safe='')}"
        there = self.mongo.uri.replace("//", f"//{known}@")
        return there.replace("/?", f"/?authSource={database or name}&")

    def client(self, name: str, **known: str) -> MongoClient[dict[str, Any]]:
        return MongoClient(self.uri(name, **known), serverSelectionTimeoutMS=5000)


@pytest.fixture(scope="module")
def guarded(startable: Servers, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A server that has given each service its rights, and asks for them."""
    mongo = startable.own_mongo(tmp_path_factory.mktemp("guarded"))
    mongo.start()
    made = {"createUser": ADMIN["user"], "pwd": ADMIN["password"], "roles": ["root"]}
    mongo.client.admin.command(made)
    mongo.stop()
    mongo.guard()
    mongo.start()
    known = Guarded(mongo, tmp_path_factory.mktemp("passwords"))
    assert known.grant().exit_code == 0
    yield known
    mongo.kill()


def code_of(act: Any) -> int | None:
    with pytest.raises(OperationFailure) as refused:
        act()
    return refused.value.code


def test_each_service_works_in_its_own_database(guarded: Guarded) -> None:
    for service in PORTS:
        own = guarded.client(service)[service]
        own.things.insert_one({"_id": 1})
        own.things.create_index("name")
        own.things.update_one({"_id": 1}, {"$set": {"name": "x"}})
        assert own.things.find_one({"name": "x"})
        assert "things" in own.list_collection_names()
        assert own.things.delete_one({"_id": 1}).deleted_count == 1


def test_no_service_reaches_the_database_of_another(guarded: Guarded) -> None:
    for service in PORTS:
        client = guarded.client(service)
        for other in (*PORTS.keys() - {service}, "admin"):
            things = client[other].things
            assert code_of(things.find_one) == UNAUTHORIZED
            assert code_of(partial(things.insert_one, {})) == UNAUTHORIZED


def test_a_service_has_no_rights_over_its_database_and_its_users(guarded: Guarded) -> None:
    own = guarded.client("risk").risk
    own.things.insert_one({})
    assert code_of(lambda: own.client.drop_database("risk")) == UNAUTHORIZED
    assert code_of(lambda: own.command({"usersInfo": 1})) == UNAUTHORIZED
    assert code_of(lambda: own.command({"updateUser": "risk", "roles": ["root"]})) == UNAUTHORIZED
    assert own.things.find_one()


def test_without_a_user_or_with_the_wrong_password_nobody_comes_in(guarded: Guarded) -> None:
    with MongoClient(guarded.mongo.uri) as stranger:
        assert code_of(stranger.risk.things.find_one) == UNAUTHORIZED
    client = guarded.client("risk", password="that of nobody")
    assert code_of(client.risk.things.find_one) is not None


def test_whoever_collects_figures_reads_no_case(guarded: Guarded) -> None:
    client = guarded.client("exporter", database="admin")
    assert client.admin.command("serverStatus")["ok"]
    assert code_of(client.referrals.referrals.find_one) == UNAUTHORIZED


def test_done_again_it_sets_a_new_password(guarded: Guarded) -> None:
    before = guarded.uri("portal")
    (guarded.folder / "portal-mongodb-password").write_text("another")
    done = guarded.grant()
    assert json.loads(done.output)["granted"] == {name: name for name in PORTS} | {
        "exporter": "admin"
    }
    assert guarded.client("portal").portal.things.find_one() is None
    with MongoClient(before) as late:
        assert code_of(late.portal.things.find_one) is not None


def test_a_password_that_is_missing_is_told_and_nothing_is_done(
    guarded: Guarded, tmp_path: Path
) -> None:
    done = CliRunner().invoke(
        outreach, ["grants", str(tmp_path)], env={"MONGODB_URI": guarded.mongo.uri}
    )
    assert done.exit_code == 2
    assert "referrals-mongodb-password" in done.output


def test_who_may_not_give_rights_is_told(guarded: Guarded) -> None:
    done = CliRunner().invoke(
        outreach, ["grants", str(guarded.folder)], env={"MONGODB_URI": guarded.uri("risk")}
    )
    assert done.exit_code == 2
    assert "MongoDB refuses" in done.output


def test_a_service_works_with_its_own_rights_and_not_with_those_of_another(
    guarded: Guarded, broker: Any, keys: Any, tmp_path: Path
) -> None:
    stack = Stack(broker, guarded.mongo, keys, tmp_path)
    try:
        for service in PORTS:
            stack.start(service, **{f"{service.upper()}_MONGO_URI": guarded.uri(service)})
        wrong = {"RISK_MONGO_URI": guarded.uri("sessions")}
        stack.start("risk", name="risk-with-another", ready=False, **wrong)
        log = tmp_path / "risk-with-another.log"
        until(lambda: "waiting_for_the_database" in log.read_text(), within=20)
        assert "OperationFailure" in log.read_text()
    finally:
        stack.end()
