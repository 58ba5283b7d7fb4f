"""Responders and policies by way of the portal: told at its start, read and decided by people."""

from __future__ import annotations

from typing import Any

import pytest

from services.contracts.vocabulary import ALERT_KINDS
from tests.integration.notifications.people_in_use import LADDER, PHONE
from tests.integration.portal.door import Portal
from tests.support import until

API = "/api/v1"


@pytest.fixture(scope="module")
def house(portal: Portal, stack: Any) -> Portal:
    """The portal, which was there first, with notifications beside it."""
    stack.start("notifications")
    until(lambda: portal.signed_in("ana").get(f"{API}/responders/me").status_code == 200, within=20)
    return portal


def test_whoever_may_be_called_reads_and_chooses_how(house: Portal, stack: Any) -> None:
    ana, mo = house.signed_in("ana"), house.signed_in("mo")
    methods = [{"id": "account"}, {"channel": "sms", "address": PHONE}]
    chosen = ana.put(f"{API}/responders/me/methods", json={"methods": methods}).json()
    assert [each["address"] for each in chosen["methods"]] == ["ana@example.org", PHONE]
    assert ana.get(f"{API}/responders/me").json() == chosen

    def channels() -> Any:
        found = mo.get(f"{API}/responders", params={"area": "cluj"}).json()["items"]
        return {each["id"]: each["channels"] for each in found}

    until(lambda: channels() == {"ana": ["email", "sms"], "mo": ["email"]})
    assert ana.get(f"{API}/responders").status_code == 403
    assert mo.get(f"{API}/responders", params={"area": "perugia"}).status_code == 403
    for name in ("portal", "notifications"):
        log = stack.log(name)
        assert not any(secret in log for secret in (PHONE, "ana@example.org", "display_name"))


def test_a_manager_decides_who_is_told_when(house: Portal) -> None:
    mo, path = house.signed_in("mo"), f"{API}/policies/cluj/high_risk"
    saved = mo.put(path, json={**LADDER, "made_from": "default.v1"})
    assert (saved.status_code, saved.json()["version"]) == (200, "cluj.v1")
    assert mo.put(path, json={**LADDER, "made_from": "default.v1"}).status_code == 409
    ana = house.signed_in("ana")
    found = ana.get(f"{API}/policies", params={"area": "cluj"}).json()["items"]
    versions = {each["kind"]: each["version"] for each in found}
    assert versions == dict.fromkeys(ALERT_KINDS, "default.v1") | {"high_risk": "cluj.v1"}
    assert ana.get(f"{path}/versions").json()["items"] == [saved.json()]
    assert ana.put(path, json=LADDER).status_code == 403


@pytest.mark.parametrize(
    "path", ["Cluj/high_risk", "%2E%2E/high_risk", "cluj/high%2Frisk", "a b/x"]
)
def test_what_is_no_code_leads_nowhere(house: Portal, path: str) -> None:
    answer = house.signed_in("mo").put(f"{API}/policies/{path}", json=LADDER)
    assert answer.status_code == 404


def test_neither_the_list_of_staff_nor_an_erasure_is_offered(house: Portal) -> None:
    mo = house.signed_in("mo")
    assert mo.put(f"{API}/responders", json={"people": []}).status_code in {404, 405}
    assert mo.post(f"{API}/responders/ana/erasure").status_code in {404, 405}
    assert house.system().get(f"{API}/responders/me").status_code == 403
