"""Addresses with passwords can stand in files, which go before the settings themselves."""

from __future__ import annotations

from pathlib import Path

import pytest
from environs import Env

from services.chassis.settings import BadSettings, bus_address, mongo_address

BUS, DATABASE = "amqp://risk:secret@mq.example/casework", "mongodb://risk:secret@db.example/"


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AMQP_URI", "MONGODB_URI", "RISK_MONGO_URI", "DATABASE_PREFIX"):
        monkeypatch.delenv(name, raising=False)


def file(folder: Path, text: str) -> str:
    path = folder / "address"
    path.write_text(text)
    return str(path)


def test_an_address_in_a_file_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMQP_URI", "amqp://elsewhere/")
    monkeypatch.setenv("AMQP_URI_FILE", file(tmp_path, f"{BUS}\n"))
    assert bus_address(Env()) == BUS


def test_a_database_in_a_file_goes_before_the_shared_one_and_after_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MONGODB_URI", "mongodb://elsewhere/")
    monkeypatch.setenv("MONGODB_URI_FILE", file(tmp_path, DATABASE))
    assert mongo_address(Env(), "risk") == (DATABASE, "risk")
    monkeypatch.setenv("RISK_MONGO_URI", "mongodb://own/")
    assert mongo_address(Env(), "risk") == ("mongodb://own/", "risk")


def test_a_file_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMQP_URI_FILE", str(tmp_path / "none"))
    with pytest.raises(BadSettings, match="none cannot be read"):
        bus_address(Env())
