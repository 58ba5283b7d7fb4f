"""API keys, sessions and roles at the real door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.chassis.clock import now
from services.portal.accounts import Accounts, Scope, TooManyKeys
from tests.integration.portal.door import PASSWORD, Portal, with_accounts

REFERRALS = "/api/v1/referrals"


def slug(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).removeprefix("/problems/")


def test_without_a_key_or_a_session_the_api_says_what_to_send(portal: Portal) -> None:
    answer = portal.visitor().get(REFERRALS)
    assert (answer.status_code, slug(answer)) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "shown", ["Bearer nonsense", "Bearer ttp_abcdefghjkmn_" + "a" * 43, "Basic YTpi", "Bearer"]
)
def test_what_is_no_key_of_ours_is_refused(portal: Portal, shown: str) -> None:
    answer = portal.visitor({"Authorization": shown}).get(REFERRALS)
    assert (answer.status_code, slug(answer)) == (401, "api-key-refused")


def test_a_wrong_secret_is_refused(portal: Portal) -> None:
    right = portal.keys[("riverside-police", "both")]
    wrong = right[:-4] + ("AAAA" if not right.endswith("AAAA") else "BBBB")
    answer = portal.visitor({"Authorization": f"Bearer {wrong}"}).get(REFERRALS)
    assert answer.status_code == 401


def test_an_expired_and_a_revoked_key_are_refused_with_the_reason(
    portal: Portal, mongo: Any
) -> None:
    async def two_dead_keys(accounts: Accounts) -> tuple[str, str]:
        agencies, at = accounts.agencies, now()
        await agencies.create("small-charity", "Small Charity", ["cluj"], at)
        old = await agencies.create_key(
            "small-charity", "old", list(Scope), at - timedelta(days=2), timedelta(days=1)
        )
        lost = await agencies.create_key("small-charity", "lost", list(Scope), at)
        await agencies.revoke_key("small-charity", lost.key_id, at)
        return str(old), str(lost)

    old, lost = with_accounts(mongo, two_dead_keys)
    for key, reason in ((old, "expired"), (lost, "revoked")):
        answer = portal.visitor({"Authorization": f"Bearer {key}"}).get(REFERRALS)
        assert (answer.status_code, slug(answer)) == (401, "api-key-refused")
        assert reason in answer.json()["detail"]


def test_a_third_living_key_is_refused_until_one_is_revoked(portal: Portal, mongo: Any) -> None:
    del portal

    async def rotate(accounts: Accounts) -> None:
        known = await accounts.agencies.find("riverside-police")
        with pytest.raises(TooManyKeys):
            await accounts.agencies.create_key("riverside-police", "third", [], now())
        reader = next(key for key in known.keys if key.name == "reader")
        assert reader.last_used_at is None

    with_accounts(mongo, rotate)


def test_a_key_without_the_scope_may_not_write(portal: Portal) -> None:
    answer = portal.system(key="reader").post(REFERRALS, json={})
    assert (answer.status_code, slug(answer)) == (403, "forbidden")


def test_a_key_opens_no_case(portal: Portal) -> None:
    for path in ("/cases", "/cases/C-5HW2-M4SA/client", "/alerts", "/alerts/stream"):
        answer = portal.system().get(f"/api/v1{path}")
        assert (answer.status_code, slug(answer)) == (403, "forbidden"), path


def test_a_key_opens_no_page(portal: Portal) -> None:
    answer = portal.system().get("/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/account")


def test_a_role_that_may_not_is_told_so(portal: Portal) -> None:
    for name, path in (("officer", "/cases"), ("olga", "/referrals"), ("ana", "/alerts/stream/x")):
        answer = portal.signed_in(name).get(f"/api/v1{path}")
        assert answer.status_code == (404 if name == "ana" else 403)
    allocation = "/api/v1/cases/C-5HW2-M4SA/allocation"
    assert portal.signed_in("ana").post(allocation, json={}).status_code == 403


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(portal: Portal) -> None:
    form = {"email": "ana@example.org", "password": PASSWORD}
    session, device = portal.visitor().post("/sign-in", data=form).headers.get_list("set-cookie")
    assert session.startswith("ttp_session=")
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(session.split("; "))
    assert device.startswith("ttp_device=")
    assert {"HttpOnly", "Path=/sign-in", "SameSite=lax"} <= set(device.split("; "))


def test_a_wrong_password_and_an_unknown_person_look_alike(portal: Portal) -> None:
    answers = [
        portal.visitor().post("/sign-in", data={"email": email, "password": "wrong"})
        for email in ("mo@example.org", "nobody@example.org")
    ]
    assert [answer.status_code for answer in answers] == [401, 401]
    assert answers[0].text.replace("mo@", "nobody@") == answers[1].text


def test_signing_out_ends_the_session_for_good(portal: Portal) -> None:
    ana = portal.signed_in("ana")
    token = ana.cookies["ttp_session"]
    page = ana.get("/account").text
    csrf = page.split('name="csrf" value="')[1].split('"')[0]
    assert ana.post("/sign-out", data={"csrf": csrf}).status_code == 303
    thief = portal.visitor({"Cookie": f"ttp_session={token}"})
    assert thief.get("/api/v1/alerts").status_code == 401


def test_a_write_of_a_session_needs_its_token(portal: Portal) -> None:
    ana = portal.signed_in("ana")
    del ana.headers["X-CSRF-Token"]
    for forged in ({}, {"X-CSRF-Token": "guessed"}):
        answer = ana.post("/api/v1/alerts/A-5HW2-M4SA/actions", json={}, headers=forged)
        assert (answer.status_code, slug(answer)) == (403, "not-from-our-page")
    page = ana.post("/account/password", data={"old": PASSWORD, "new": "another long password"})
    assert page.status_code == 403
    portal.signed_in("ana")


def test_a_write_of_another_site_is_refused(portal: Portal) -> None:
    elsewhere = {"Origin": "https://evil.example"}
    form = {"email": "ana@example.org", "password": PASSWORD}
    assert portal.visitor().post("/sign-in", data=form, headers=elsewhere).status_code == 403


def test_strangers_who_guess_do_not_keep_her_from_her_inbox(portal: Portal) -> None:
    lea = portal.signed_in("lea")
    lea.post("/sign-out")
    form = {"email": "lea@example.org", "password": "guess"}
    while portal.visitor().post("/sign-in", data=form).status_code != 429:
        pass
    answer = lea.post("/sign-in", data=form | {"password": PASSWORD})
    assert answer.status_code == 303


def test_too_many_wrong_passwords_lock_the_account_but_not_the_house(portal: Portal) -> None:
    form = {"email": "olga@example.org", "password": "wrong"}
    statuses = [portal.visitor().post("/sign-in", data=form).status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    right = form | {"password": PASSWORD}
    assert portal.visitor().post("/sign-in", data=right).status_code == 429
    portal.signed_in("mo")
