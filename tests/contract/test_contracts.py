"""The published language: every contract is proved against its golden example, both ways."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from services import contracts
from services.contracts.catalogue import (
    CATALOGUE,
    Contract,
    ContractBroken,
    UnknownEvent,
    contract,
    read,
    write,
)
from services.contracts.envelope import Announcement, decode

EXAMPLES = Path(contracts.__file__).parent / "examples"
EVERY = pytest.mark.parametrize("known", CATALOGUE.values(), ids=lambda one: one.routing_key)


def golden(known: Contract) -> bytes:
    return (EXAMPLES / f"{known.routing_key}.json").read_bytes()


def data_of(known: Contract) -> dict[str, Any]:
    return json.loads(golden(known))["data"]


def said(known: Contract, **changes: Any) -> Announcement:
    facts = read(known.type, known.version, data_of(known))
    return Announcement(known.type, known.version, facts | changes)


def test_every_contract_has_a_golden_example_and_no_example_lacks_a_contract() -> None:
    files = {path.name.removesuffix(".json") for path in EXAMPLES.glob("*.json")}
    assert files == {known.routing_key for known in CATALOGUE.values()}


@EVERY
def test_a_golden_example_is_an_envelope_of_its_publisher(known: Contract) -> None:
    envelope = decode(golden(known))
    assert (envelope.type, envelope.version) == (known.type, known.version)
    assert envelope.producer == known.publisher


@EVERY
def test_a_golden_example_reads_and_writes_back_to_itself(known: Contract) -> None:
    assert write(said(known)) == data_of(known)


@EVERY
def test_readers_ignore_what_a_later_publisher_adds(known: Contract) -> None:
    newer = data_of(known) | {"added_in_a_later_release": "x"}
    assert read(known.type, known.version, newer) == said(known).data


@EVERY
def test_publishers_may_not_add_what_the_contract_does_not_name(known: Contract) -> None:
    with pytest.raises(ContractBroken, match="name_of_the_client"):
        write(said(known, name_of_the_client="Canary"))


@EVERY
def test_publishers_may_leave_nothing_out(known: Contract) -> None:
    with pytest.raises(ContractBroken) as refused:
        write(Announcement(known.type, known.version, {}))
    assert all(name in str(refused.value) for name in data_of(known))


@EVERY
def test_a_fault_names_fields_and_never_their_values(known: Contract) -> None:
    broken = dict.fromkeys(data_of(known), "Mrs Canary of 12 Mill Lane")
    with pytest.raises(ContractBroken) as refused:
        read(known.type, known.version, broken)
    assert all(name in str(refused.value) for name in broken)
    assert "Canary" not in str(refused.value)


def test_an_event_that_nobody_defined_is_refused() -> None:
    with pytest.raises(UnknownEvent, match=r"referral_lost\.v1"):
        contract("referral_lost", 1)
