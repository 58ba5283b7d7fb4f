"""What a command prints is its answer: what it notes in passing never stands in between."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from click.testing import CliRunner

from deploy.local import services
from services.chassis.logs import get_logger
from services.chassis.storage import mongo as storage
from services.chassis.storage import reindexing
from services.operations.commands import outreach
from services.portal import provision
from services.portal.administration.commands import administration
from tests.support.stack import Stack


@pytest.fixture(autouse=True)
def indexes_take_long(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(storage, "LONG_S", 0.0)
    yield
    structlog.reset_defaults()


def within(monkeypatch: pytest.MonkeyPatch, stack: Stack, service: str) -> None:
    for name, value in services.settings(service, stack.addresses, stack.keys).items():
        monkeypatch.setenv(name, value)


def test_accounts_are_told_as_json_though_an_index_takes_long(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: Any, tmp_path: Any
) -> None:
    within(monkeypatch, stack, "portal")
    wanted = tmp_path / "accounts.json"
    wanted.write_text("{}")
    assert provision.main([str(wanted)]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == {"people": [], "keys": []}
    assert "building_an_index" in said.err


def test_indexes_are_told_as_json_though_one_takes_long(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    within(monkeypatch, stack, "risk")
    reindexing.main(["risk"])
    said = capsys.readouterr()
    assert {json.loads(line)["state"] for line in said.out.splitlines()} == {"built"}
    assert "building_an_index" in said.err


@pytest.mark.parametrize("command", [outreach, administration])
def test_what_the_command_line_notes_goes_beside_its_output(command: Any) -> None:
    @command.command("noting")
    def noting() -> None:
        get_logger("a test").warning("noted")

    said = CliRunner().invoke(command, ["noting"])
    command.commands.pop("noting")
    assert (said.exit_code, said.stdout) == (0, "")
    assert "noted" in said.stderr
