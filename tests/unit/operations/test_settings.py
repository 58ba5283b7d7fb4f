"""What commands of operators are told: by the environment, and a file where it names no system."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.operations.settings import NAMING, environment, read_environment


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMING:
        monkeypatch.delenv(name, raising=False)
    written = tmp_path / "outreach.env"
    written.write_text("MONGODB_URI='mongodb://there'\nNOTIFICATIONS_URL='http://there'\n")
    monkeypatch.setenv("OUTREACH_SETTINGS_FILE", str(written))
    monkeypatch.setenv("NOTIFICATIONS_URL", "http://here")


def test_a_process_of_another_service_is_told_the_same_as_this_one() -> None:
    told = environment()
    assert (told["MONGODB_URI"], told["NOTIFICATIONS_URL"]) == ("mongodb://there", "http://here")
    env = read_environment()
    assert env.str("NOTIFICATIONS_URL") == told["NOTIFICATIONS_URL"]


def test_where_the_environment_names_a_system_the_file_is_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AMQP_URI", "amqp://here")
    assert "MONGODB_URI" not in environment()


def test_what_is_no_file_is_as_if_none_were_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTREACH_SETTINGS_FILE", str(tmp_path))
    assert read_environment().str("MONGODB_URI", "") == environment().get("MONGODB_URI", "") == ""
