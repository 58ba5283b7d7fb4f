"""What a server gives is found out at start, told once, and production refuses what is too weak."""

from __future__ import annotations

from typing import Any

import pytest
from pymongo.collection import Collection
from pymongo.errors import AutoReconnect, WTimeoutError

from services.chassis.storage.probe import SCRATCH, TRIALS, WeakStorage, examine, probe
from tests.storage.conftest import Contract

KNOWN_TO_LACK = ("replica_set",)
Scratch = Collection[dict[str, Any]]


def asks_for_what_there_is_not(scratch: Scratch) -> bool:
    """Is there an operator that nobody has heard of?"""
    return scratch.update_one({}, {"$unheard": {"of": 1}}).acknowledged


def says_no(scratch: Scratch) -> bool:
    """Is there something in an empty collection?"""
    return scratch.find_one({"there": "nothing"}) is not None


def is_away(_scratch: Scratch) -> bool:
    raise AutoReconnect("the server went away")


def has_no_majority_now(_scratch: Scratch) -> bool:
    raise WTimeoutError("waiting for replication timed out")


def test_the_server_at_hand_passes_all_but_what_is_known(contract: Contract) -> None:
    lacks = probe(contract.database).lacks
    assert lacks == (KNOWN_TO_LACK if contract.is_embedded else ())


def test_nothing_is_left_behind(contract: Contract) -> None:
    probe(contract.database)
    assert not [n for n in contract.database.list_collection_names() if n.startswith(SCRATCH)]


def test_what_the_server_refuses_or_does_not_do_is_lacking(contract: Contract) -> None:
    trials = (asks_for_what_there_is_not, says_no, TRIALS[-1])
    assert probe(contract.database, trials).lacks == ("asks_for_what_there_is_not", "says_no")


@pytest.mark.parametrize("outage", [is_away, has_no_majority_now])
def test_a_server_that_is_away_is_asked_again_and_not_judged(
    contract: Contract, outage: Any
) -> None:
    with pytest.raises((AutoReconnect, WTimeoutError)):
        probe(contract.database, [outage])
    assert not [n for n in contract.database.list_collection_names() if n.startswith(SCRATCH)]


def test_production_refuses_in_one_sentence_that_says_what_to_do(contract: Contract) -> None:
    if not contract.is_embedded:
        assert not examine(contract.database, "risk", is_production=True).lacks
        return
    with pytest.raises(WeakStorage) as refused:
        examine(contract.database, "risk", is_production=True)
    for word in ("MODE=production", "`replica set`", "RISK_MONGO_URI", "MODE=local"):
        assert word in str(refused.value)


def test_local_mode_goes_on_with_what_there_is(contract: Contract) -> None:
    assert examine(contract.database, "risk", is_production=False).server
