"""Copies of stored cases: other names and times everywhere, and still readable."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import bson
import pytest
from bson.binary import Binary

from bench.growth.stencil import Names, stencil, tag, unwrapped
from services.chassis.ids import new_id, new_reference, read_reference

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY_MS = 24 * 3600 * 1000
KEY_ID = UUID("00000000-1111-4222-8333-444444444444").bytes
DATA_KEY = bytes(range(96))


def copy(document: dict[str, object], earlier_ms: int = 0) -> dict[str, object]:
    names = Names(earlier_ms, set())
    made = stencil(document, {KEY_ID: DATA_KEY}).copy(names.renamed, names.moved)
    return bson.decode(made.raw, bson.CodecOptions(tz_aware=True))


def sealed(body: bytes) -> Binary:
    header = b"\x02" + KEY_ID + b"\x03"
    return Binary(header + body + tag(DATA_KEY[:32], header, body), subtype=6)


def test_what_names_a_case_is_another_name_of_the_same_kind() -> None:
    case, reference = new_id(), new_reference("C")
    made = copy({"_id": case, "reference": reference, "claims": ["a" * 64], "note": "as it was"})
    assert made["_id"] != case
    assert read_reference(str(made["reference"])) != reference
    assert made["claims"] != ["a" * 64]
    assert made["note"] == "as it was"


def test_the_same_name_becomes_the_same_everywhere() -> None:
    case, reference = new_id(), new_reference("C")
    names = [f"case:{case}", f"ref:{reference}"]
    made = copy({"_id": case, "case_reference": reference, "keyAltNames": names})
    assert made["keyAltNames"] == [f"case:{made['_id']}", f"ref:{made['case_reference']}"]


def test_documents_of_one_case_share_its_names() -> None:
    case, names = new_id(), Names(0, set())
    made = [
        bson.decode(stencil({name: case}, {}).copy(names.renamed, names.moved).raw)
        for name in ("_id", "case_id")
    ]
    assert made[0]["_id"] == made[1]["case_id"]


def test_moments_go_back_together_and_so_do_ids_that_begin_with_one() -> None:
    case = new_id()
    made = copy({"_id": case, "at": AT, "history": [{"at": AT + timedelta(hours=1)}]}, DAY_MS)
    assert made["at"] == AT - timedelta(days=1)
    assert made["history"] == [{"at": AT - timedelta(hours=23)}]
    assert UUID(str(made["_id"])).int >> 80 == (UUID(case).int >> 80) - DAY_MS


def test_what_is_sealed_names_the_key_of_the_copy_and_its_seal_holds() -> None:
    body = bytes(48)
    made = copy({"_id": Binary(KEY_ID, subtype=4), "sealed": {"client": sealed(body)}})
    found = bytes(made["sealed"]["client"])  # type: ignore[index]  # made of Any
    assert found[1:17] == bytes(made["_id"]) != KEY_ID  # type: ignore[call-overload]  # made of Any
    assert found[18:-32] == body
    assert found[-32:] == tag(DATA_KEY[:32], found[:18], body)


def test_a_key_that_is_wrapped_otherwise_is_refused() -> None:
    with pytest.raises(ValueError, match="not wrapped"):
        unwrapped(bytes(160), DATA_KEY)
