"""Requests are counted by name, however the octets are cut."""

from __future__ import annotations

from struct import pack

import pytest

from bench.wire import OP_COMPRESSED, OP_MSG, OP_QUERY, Requests, work


def message(name: str, size: int = 100, kind: int = OP_MSG) -> bytes:
    key = b"\x02" + name.encode() + b"\0"
    document = pack("<i", size) + key + b"x" * (size - len(key) - 4)
    body = pack("<i", 0) + b"\0" + document
    return pack("<iiii", 16 + len(body), 1, 0, kind) + body


STREAM = message("insert", 5_000) + message("find", 60) + message("update") + message("hello", 30)
NAMES = ["insert", "find", "update", "hello"]


@pytest.mark.parametrize("size", [1, 7, 16, 64, 100, 4_096, 100_000])
def test_every_request_is_counted_once_however_it_arrives(size: int) -> None:
    requests = Requests()
    parts = [STREAM[start : start + size] for start in range(0, len(STREAM), size)]
    assert [name for part in parts for name in requests.feed(part)] == NAMES


def test_what_drivers_ask_in_the_old_form_is_no_work() -> None:
    (name,) = Requests().feed(message("anything", kind=OP_QUERY))
    assert work({name: 3}) == 0


def test_what_cannot_be_read_is_counted_all_the_same() -> None:
    (name,) = Requests().feed(message("insert", kind=OP_COMPRESSED))
    assert work({name: 1}) == 1


def test_work_is_what_a_driver_does_not_ask_for_itself() -> None:
    assert work({"insert": 2, "find": 1, "hello": 9, "ping": 4}) == 3
