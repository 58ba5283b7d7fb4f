"""docker-compose.yml names only what there is: modules, settings, keys, files."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local import compose
from deploy.local.keys import ensure_keys
from deploy.local.layout import ROOT, Layout
from deploy.local.services import SERVICES

TEXT = (ROOT / "docker-compose.yml").read_text()
SYSTEM = yaml.safe_load(TEXT)
OURS = {
    name: service
    for name, service in SYSTEM["services"].items()
    if service.get("image") == "turning-the-page"
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the command makes, in a folder of this test."""
    monkeypatch.setattr(compose, "COMPOSE", Layout(tmp_path))
    assert compose.main() == 0
    return tmp_path


def test_every_service_is_there_and_starts_a_module_that_exists() -> None:
    modules = {service["command"][0] for service in OURS.values()}
    assert modules == {f"services.{name}" for name in SERVICES}
    assert all(find_spec(f"{module}.__main__") for module in modules)


def test_every_setting_is_one_that_is_listed() -> None:
    listed = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / "deploy/example.env").read_text(), re.M))
    used = {name for service in OURS.values() for name in service["environment"]}
    assert used <= listed


def test_every_secret_that_a_setting_names_is_given_to_that_service_alone() -> None:
    for service in OURS.values():
        named = {
            Path(value).name
            for name, value in service["environment"].items()
            if name.endswith("_FILE")
        }
        assert named <= set(service["secrets"])
        private = set(service["secrets"]) - {"token-public"}
        own = service["command"][0].removeprefix("services.")
        expected = {"referrals": {"referrals-vault", "blind-index"}, "portal": {"token-private"}}
        assert private == expected.get(own, {f"{own}-vault"})


def test_every_variable_and_key_is_made_by_the_command(folder: Path) -> None:
    made = dict(line.split("=", 1) for line in (folder / "compose.env").read_text().splitlines())
    assert set(re.findall(r"\$\{([A-Z_]+)", TEXT)) <= set(made)
    keys = {path.name for path in ensure_keys(folder / "secrets").folder.iterdir()}
    assert {Path(secret["file"]).name for secret in SYSTEM["secrets"].values()} <= keys


def test_the_broker_gets_users_whose_passwords_nobody_can_read_there(folder: Path) -> None:
    told: dict[str, Any] = json.loads((folder / "definitions.json").read_text())
    assert {user["name"] for user in told["users"]} == {"casework", "operator", *SERVICES}
    assert not any("password" in user for user in told["users"])


def test_made_again_it_changes_no_key(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert compose.main() == 0
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
