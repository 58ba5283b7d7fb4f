"""`outreach reindex` on services that have been started: nothing differs, until something does."""

from __future__ import annotations

import os
from typing import Any

import pytest

from services.operations.settings import CONSUMERS
from tests.integration.operations.desk_work import Operator, Said
from tests.support.stack import Stack


@pytest.fixture(scope="module")
def started(stack: Stack) -> Stack:
    """All services but the portal, which builds its own indexes."""
    for service in CONSUMERS:
        stack.start(service, ready=False)
    for service in CONSUMERS:
        stack.wait(service)
    return stack


def run(stack: Stack, *options: str) -> Said:
    own = {"MONGODB_URI": stack.mongo.uri, "DATABASE_PREFIX": stack.mongo.prefix}
    return Operator.run_in({**os.environ, **own}, "reindex", *options)


def states(said: Said, service: str) -> dict[str, str]:
    found = [each for each in said.json["indexes"] if each["service"] == service]
    return {f"{each['collection']}.{each['index']}": each["state"] for each in found}


def test_what_services_built_is_what_they_declare(started: Stack) -> None:
    said = run(started, "--look", "--json")
    assert said.code == 0, said.err
    for service in CONSUMERS:
        assert set(states(said, service).values()) == {"there"}
        assert states(said, service)["key_vault.key_names"] == "there"


def test_what_is_missing_or_differs_is_told_and_built_and_nothing_else_is_touched(
    started: Stack, mongo: Any
) -> None:
    risk = mongo.database("risk")["risk"]
    risk.drop_index("announce_again_at")
    risk.drop_index("reference")
    risk.create_index("reference", name="reference")
    risk.create_index("somebody", name="somebodys")
    looked = run(started, "--look", "--service", "risk", "--json")
    assert looked.code == 1
    found = {name: state for name, state in states(looked, "risk").items() if state != "there"}
    assert found == {
        "risk.announce_again_at": "missing",
        "risk.reference": "differs",
        "risk.somebodys": "unknown",
    }
    assert run(started, "--service", "risk").code == 0
    assert risk.index_information()["reference"].get("unique")
    after = run(started, "--look", "--service", "risk", "--json")
    assert after.code == 0
    assert states(after, "risk")["risk.somebodys"] == "unknown"


def test_a_database_that_is_away_is_told() -> None:
    away = {**os.environ, "MONGODB_URI": "mongodb://127.0.0.1:1/"}
    said = Operator.run_in(away, "reindex", "--service", "risk")
    assert said.code == 2
    assert "see that its database answers" in said.err
