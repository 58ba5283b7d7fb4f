"""Somebody is erased by one command: unreadable everywhere, not found again, counted as before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from services.chassis.auth import Role
from services.operations.settings import CONSUMERS
from tests.e2e.playing import accounts_of
from tests.e2e.sending import Agency, read_books
from tests.integration.operations.copies import Copies
from tests.support import until
from tests.support.stack import Stack
from tests.support.tokens import Tokens

WHY = ("--reason", "request 2027-014 of the register")


@pytest.fixture
def copies(fresh_stack: Stack, tmp_path: Path) -> Copies:
    """An operator who knows the databases of the system alone, as erasure needs no more."""
    Agency(fresh_stack, accounts_of(fresh_stack, tmp_path)).send(6, 5, lambda _: None)
    until(lambda: not read_books(fresh_stack).waiting, within=60)
    return Copies(fresh_stack.mongo, tmp_path)  # type: ignore[arg-type]  # of one test alone


def test_one_command_erases_her_everywhere_and_a_restore_does_not_bring_her_back(
    copies: Copies, fresh_stack: Stack, tokens: Tokens
) -> None:
    before = read_books(fresh_stack)
    stored = copies.documents()["referrals"]
    reference, case_id = stored[0]["case_reference"], stored[0]["case_id"]
    folder = copies.backup()

    refused = copies.run("erase", reference, *WHY)
    assert refused.code == 1
    assert "nothing was erased" in refused.err
    assert sum(keys(copies, case_id).values()) > 0
    there = copies.run("erase", reference, *WHY, "--look", "--json").json["services"]
    assert {each["service"]: each["keys"] for each in there} == keys(copies, case_id)

    said = copies.run("erase", reference.lower(), *WHY, "--yes", "--json")
    assert (said.code, said.json["services"]) == (0, there)
    assert keys(copies, case_id) == dict.fromkeys(CONSUMERS, 0)
    assert copies.run("erase", reference, *WHY, "--yes").code == 0
    left = {each["_id"]: each for each in copies.documents()["referrals"]}
    assert {r["near"] == [] for r in left.values() if r["case_id"] == case_id} == {True}
    assert read_books(fresh_stack) == before

    fresh_stack.kill("referrals")
    fresh_stack.start("referrals")
    assert client(fresh_stack, tokens, reference).status_code == 410
    assert client(fresh_stack, tokens, stored[1]["case_reference"]).status_code == 200

    fresh_stack.end()
    restored = until(lambda: done(copies, folder), within=20)
    assert restored.code == 0, restored.err
    assert keys(copies, case_id) == dict.fromkeys(CONSUMERS, 0)
    deeds = copies.documents("deeds")["sessions"]
    assert [(each["action"], each["about"]) for each in deeds][:1] == [("erase", reference)]


def test_what_is_no_case_is_told(copies: Copies) -> None:
    said = copies.run("erase", "C-0000-0000", *WHY, "--yes")
    assert said.code in {1, 2}
    assert "case" in said.err or "reference" in said.err
    assert copies.run("erase", "Ana", *WHY).code == 2


def keys(copies: Copies, case_id: str) -> dict[str, int]:
    """Return how many data keys each service has for a case."""
    query = {"keyAltNames": f"case:{case_id}"}
    return {
        each: copies.mongo.database(each)["key_vault"].count_documents(query) for each in CONSUMERS
    }


def client(stack: Stack, tokens: Tokens, reference: str) -> httpx.Response:
    """Ask who she is, as somebody who may."""
    token = tokens.issue(role=Role.MANAGER, audience="referrals", area="*")
    return httpx.get(
        f"{stack.url('referrals')}/cases/{reference}/client",
        headers={"Authorization": f"Bearer {token}"},
    )


def done(copies: Copies, folder: Path) -> Any:
    """Restore, unless connections are still there."""
    said = copies.restore(folder, "--replace", "--keep-messages")
    return None if "still run" in said.err else said
