"""The public API is described as it is: fresh, valid, and the same on both sides of the portal."""

from __future__ import annotations

import json

import pytest
from openapi_spec_validator import validate

from deploy.openapi import DOCUMENT, SERVICES, declared, written
from services.portal.doors import DOORS, PublicDoor

COMPOSED = {("GET", "/cases/{reference}")}


def test_the_description_of_the_api_is_fresh() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == written(), "run: python -m deploy.openapi"


def test_the_description_of_the_api_is_valid() -> None:
    validate(json.loads(DOCUMENT.read_text(encoding="utf-8")))


def test_its_patterns_are_those_of_json_schema() -> None:
    assert "\\\\Z" not in DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door.method} {door.path}")
def test_the_service_behind_lets_in_everybody_whom_the_portal_lets_in(door: PublicDoor) -> None:
    behind = declared(door.service)[(door.method, door.path)]
    assert behind.public
    assert door.allowed.roles <= behind.roles


@pytest.mark.parametrize("service", SERVICES)
def test_the_portal_offers_every_public_door_and_no_other(service: str) -> None:
    public = {key for key, door in declared(service).items() if door.public} - COMPOSED
    assert public == {(door.method, door.path) for door in DOORS if door.service == service}


@pytest.mark.parametrize("service", SERVICES)
def test_every_public_door_has_a_summary(service: str) -> None:
    assert all(door.summary.endswith(".") for door in declared(service).values() if door.public)
