"""Logs tell what broke, never whom it concerns."""

from __future__ import annotations

from pymongo.errors import DuplicateKeyError, ServerSelectionTimeoutError

from services.chassis.logs import SafeMessage, describe


class Refusal(SafeMessage):
    """A text of our own."""


def test_the_text_of_an_unknown_error_stays_out() -> None:
    assert describe(ValueError("Maria Canary, 1 High Street")) == "ValueError"


def test_a_duplicate_key_does_not_show_the_key() -> None:
    assert describe(DuplicateKeyError("dup key: canary")) == "DuplicateKeyError"


def test_own_texts_and_lost_connections_are_told() -> None:
    assert describe(Refusal("no such case")) == "Refusal: no such case"
    assert "no servers" in describe(ServerSelectionTimeoutError("no servers"))
