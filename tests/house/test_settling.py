"""A message is acknowledged, or copied elsewhere and then acknowledged; it is never put back.

What is put back by `basic.nack` counts towards no delivery limit since RabbitMQ 4.3, and comes
again at once: a message that always fails would be delivered thousands of times a second.
"""

from __future__ import annotations

import ast

import pytest

from tests.house.source import Source, called, faults, python

PUTTING_BACK = {"basic_nack", "basic_reject", "basic_recover", "nack", "reject", "requeue"}


def put_back(source: Source) -> list[str]:
    """Return the places of a file where a message is put back into its queue."""
    return [
        f"{source.name}:{call.lineno} {ast.unparse(call.func)}"
        for call in source.calls
        if called(call) in PUTTING_BACK
    ]


def test_no_message_is_put_back() -> None:
    found = [place for one in python("services/") for place in put_back(one)]
    assert not found, faults(found)


@pytest.mark.parametrize("line", ["channel.basic_nack(7)", "message.reject(requeue=True)"])
def test_the_rule_would_notice(line: str) -> None:
    written = ast.parse(line)
    (call,) = (node for node in ast.walk(written) if isinstance(node, ast.Call))
    assert called(call) in PUTTING_BACK
