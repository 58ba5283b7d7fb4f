"""The portal's settings: what is missing is named, and production asks for https."""

from __future__ import annotations

import pytest
from environs import Env

from services.chassis.settings import BadSettings
from services.portal.settings import read_settings

NEEDED = {
    "MONGODB_URI": "mongodb://127.0.0.1/",
    "AMQP_URI": "amqp://127.0.0.1/",
    "TOKEN_PRIVATE_KEY_FILE": "signing-key.pem",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in (
        "MODE",
        "PORTAL_ORIGIN",
        "PORTAL_PORT",
        "PORTAL_MONGO_URI",
        "DATABASE_PREFIX",
        "PORTAL_PROXIES",
    ):
        monkeypatch.delenv(name, raising=False)
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_a_portal_on_one_machine_needs_only_these() -> None:
    settings = read_settings(Env())
    assert settings.origin == "http://localhost:8080"
    assert not settings.is_https
    assert settings.upstreams["risk"] == "http://127.0.0.1:8102"
    assert settings.database == "portal"


@pytest.mark.parametrize("name", NEEDED)
def test_what_is_missing_is_named(name: str, environment: pytest.MonkeyPatch) -> None:
    environment.delenv(name)
    with pytest.raises(BadSettings, match=name):
        read_settings(Env())


def test_production_without_https_is_refused(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("MODE", "production")
    with pytest.raises(BadSettings, match="PORTAL_ORIGIN"):
        read_settings(Env())
    environment.setenv("PORTAL_ORIGIN", "https://turning.example.org/")
    assert read_settings(Env()).origin == "https://turning.example.org"


def test_not_everybody_may_say_where_she_comes_from(environment: pytest.MonkeyPatch) -> None:
    assert read_settings(Env()).proxies == "127.0.0.1"
    environment.setenv("PORTAL_PROXIES", "10.0.0.0/8, 192.0.2.1")
    assert read_settings(Env()).proxies == "10.0.0.0/8, 192.0.2.1"
    environment.setenv("PORTAL_PROXIES", "*")
    with pytest.raises(BadSettings, match="PORTAL_PROXIES"):
        read_settings(Env())
