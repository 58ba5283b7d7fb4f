"""A tap tells when each case was heard of first, however often it is said."""

from __future__ import annotations

from typing import Any

from bench.tap import Tap


def test_a_case_counts_once_with_its_first_moment() -> None:
    nobody: Any = None
    tap = Tap("amqp://nowhere", "exchange", "key", bytes.decode)
    for body in (b"a", b"b", b"a"):
        tap._note(nobody, nobody, nobody, body)
    assert tap.cases == 2
    first = tap.alerts()["a"]
    tap._note(nobody, nobody, nobody, b"a")
    assert (tap.cases, tap.alerts()["a"]) == (2, first)
