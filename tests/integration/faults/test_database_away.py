"""A database that is away, or whose answer is lost, costs neither a message nor a second effect."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from tests.integration.faults.pipeline import BRIEF
from tests.integration.referrals.referral_doors import People, told
from tests.integration.risk.said import CALM, Case
from tests.support import published, until
from tests.support.bus import ready
from tests.support.proxy import Proxy
from tests.support.stack import Stack

AWAY_S = 6
RECOVERS_WITHIN_S = 8
"""Five seconds on the ladder's rung for what waits, and the time to be assessed."""

INSERT = b"\x02insert\x00"
"""How BSON begins the command; new connections and readers in the background are answered."""


@dataclass
class Line:
    """The database server of this module, reached through a proxy."""

    mongo: Any
    proxy: Proxy

    @property
    def uri(self) -> str:
        """Return where services find it."""
        return self.proxy.uri(self.mongo.uri)

    @property
    def prefix(self) -> str:
        """Return what the names of the databases begin with."""
        return str(self.mongo.prefix)


@pytest.fixture
def line(mongo: Any) -> Iterator[Line]:
    with Proxy.before(mongo.uri) as proxy:
        yield Line(mongo, proxy)


@pytest.fixture
def stack(line: Line, broker: Any, keys: Any, tmp_path: Path) -> Iterator[Stack]:
    made = Stack(broker, line, keys, tmp_path)
    yield made
    made.end()


@pytest.mark.parametrize("how", [Proxy.refuse, Proxy.blackhole], ids=["refused", "half-open"])
def test_while_it_is_away_messages_wait_and_then_are_handled_soon(
    how: Any, line: Line, stack: Stack, broker: Any
) -> None:
    cases = [Case(broker) for _ in range(10)]
    with published(broker, "risk.events", "risk_assessed.v1") as heard:
        stack.start("risk", **BRIEF)
        how(line.proxy)
        since = monotonic()
        for case in cases:
            case.referred(**CALM)
        until(lambda: monotonic() - since > AWAY_S, within=AWAY_S + 1)
        assert stack.exit_code("risk") is None
        line.proxy.heal()
        healed = monotonic()
        until(lambda: {e["case_id"] for e in heard} >= {c.id for c in cases}, within=30)
        assert monotonic() - healed < RECOVERS_WITHIN_S
    assert stack.exit_code("risk") is None
    assert ready(broker, "risk.dead-letters") == 0


def test_a_commit_whose_answer_was_lost_is_found_when_the_agency_asks_again(
    line: Line, stack: Stack, tokens: Any, mongo: Any
) -> None:
    url = stack.start("referrals", FAIL_AT="saving:stop", **BRIEF)
    agency, body = People(tokens, url).agency("riverside-police"), told()
    referrals = mongo.database("referrals").referrals
    with ThreadPoolExecutor(1) as sending:
        first = sending.submit(agency.refer, body, "ambiguous")
        until(lambda: stack.stands_still("referrals"))
        line.proxy.swallow_replies(INSERT)
        stack.resume("referrals")
        stored = until(lambda: referrals.find_one({}))
        line.proxy.heal()
        assert first.result().status_code == 503
    again = until(lambda: accepted(agency.refer(body, "ambiguous")), within=15)
    assert (again.status_code, again.json()["reference"]) == (200, stored["reference"])
    assert referrals.count_documents({}) == 1


def accepted(answer: Any) -> Any:
    return answer if answer.status_code in {200, 201} else None


def test_an_event_whose_commit_was_not_answered_has_its_effect_once(
    line: Line, stack: Stack, broker: Any, mongo: Any
) -> None:
    case = Case(broker)
    profiles = mongo.database("risk").risk
    stack.start("risk", FAIL_AT="saving:stop", **BRIEF)
    case.referred(**CALM)
    until(lambda: stack.stands_still("risk"))
    line.proxy.swallow_replies(INSERT)
    stack.resume("risk")
    until(lambda: profiles.find_one({"_id": case.id}))
    line.proxy.heal()
    until(lambda: "handler_failed" in stack.log("risk"))
    until(lambda: ready(broker, "risk.retry.5s") == 0, within=15)
    until(lambda: ready(broker, "risk.referral_submitted.v1") == 0)
    assert len(profiles.find_one({"_id": case.id})["assessments"]) == 1
    assert ready(broker, "risk.dead-letters") == 0


@pytest.mark.parametrize("service", ["referrals", "portal"])
def test_a_service_waits_for_its_database_at_its_start(
    line: Line, stack: Stack, service: str
) -> None:
    line.proxy.refuse()
    stack.start(service, ready=False)
    until(lambda: "waiting_for_the_database" in stack.log(service), within=20)
    assert stack.exit_code(service) is None
    line.proxy.heal()
    stack.wait(service)


@pytest.mark.parametrize("service", ["risk", "portal"])
def test_that_it_is_away_is_to_be_seen_whether_anybody_asks_or_not(
    service: str, line: Line, stack: Stack
) -> None:
    url = stack.start(service, **BRIEF)

    def seen(text: str) -> bool:
        return text in httpx.get(f"{url}/metrics").text

    assert until(lambda: seen('casework_ready{check="database"} 1.0'))
    assert not seen("casework_database_errors_total{")
    line.proxy.refuse()
    assert until(lambda: seen('casework_ready{check="database"} 0.0'), within=30)
    assert until(lambda: seen("casework_database_errors_total{"), within=30)
    line.proxy.heal()
    assert until(lambda: seen('casework_ready{check="database"} 1.0'), within=30)
