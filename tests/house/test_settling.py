"""A message is acknowledged, or copied elsewhere and acknowledged; it is never just given back."""

from __future__ import annotations

import ast

from tests.house.source import called, faults, python

GIVING_BACK = {"basic_nack", "basic_reject", "basic_recover", "nack", "requeue"}
SETTLES = {"services/chassis/messaging/subscription.py", "services/operations/desk.py"}
"""The event door, and the desk at which operators look at dead letters."""


def test_nothing_gives_a_message_back() -> None:
    """What is given back comes again at once, and is not counted everywhere (RabbitMQ 4.3)."""
    found = [
        f"{one.name}:{call.lineno}: {called(call)}"
        for one in python("services/")
        for call in one.calls
        if called(call) in GIVING_BACK or any(word.arg == "requeue" for word in call.keywords)
    ]
    assert not found, faults(found)


def test_messages_are_acknowledged_only_where_they_are_settled() -> None:
    found = {
        one.name
        for one in python("services/")
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Attribute) and node.attr == "basic_ack"
    }
    assert found == SETTLES, faults(sorted(found))
