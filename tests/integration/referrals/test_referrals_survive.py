"""No referral is lost or doubled while the bus is away or the database falls."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx

from deploy.local.keys import Keys
from tests.integration.referrals.referral_doors import People, told
from tests.support.bus import published
from tests.support.stack import Stack
from tests.support.tokens import Tokens
from tests.support.waiting import until

ACCEPTED = {200, 201}


def test_referrals_are_accepted_while_the_bus_is_away_and_announced_when_it_is_back(
    own_broker: Any, mongo: Any, tokens: Tokens, keys: Keys, tmp_path: Path
) -> None:
    own_broker.stop()
    stack = Stack(own_broker, mongo, keys, tmp_path)
    try:
        agency = People(tokens, stack.start("referrals", role="api")).agency("riverside-police")
        references = {agency.referred() for _ in range(5)}
        own_broker.start()
        with published(own_broker, "referrals.events", "referral_submitted.v1") as heard:
            until(lambda: len({e["data"]["referral_reference"] for e in heard}) >= 5, within=30)
        assert {event["data"]["referral_reference"] for event in heard} == references
    finally:
        stack.end()


def test_sent_again_after_the_database_fell_each_referral_is_there_once(
    broker: Any, own_mongo: Any, tokens: Tokens, keys: Keys, tmp_path: Path
) -> None:
    stack = Stack(broker, own_mongo, keys, tmp_path)
    try:
        agency = People(tokens, stack.start("referrals")).agency("riverside-police")
        bodies = {f"key-{number}": told() for number in range(40)}
        with ThreadPoolExecutor(8) as senders:
            sent = [senders.submit(agency.refer, body, key) for key, body in bodies.items()]
            until(lambda: sum(one.done() for one in sent) > 5, within=30)
            own_mongo.kill()
            own_mongo.start()
        first = [one.result().status_code for one in sent]
        assert set(first) <= {201, 503}
        for key, body in bodies.items():
            until(lambda key=key, body=body: agency.refer(body, key).status_code in ACCEPTED, 30)
        referrals = own_mongo.database("referrals").referrals
        assert referrals.count_documents({}) == len(bodies)
        assert len(referrals.distinct("case_id")) == len(bodies)
    finally:
        stack.end()


def test_an_agency_that_hung_up_before_its_answer_gets_it_when_it_asks_again(
    people: People, tokens: Tokens
) -> None:
    agency = people.agency("hung-up")
    body = told(agency_reference="cut-off")
    headers = tokens.headers(role="agency_worker", audience="referrals", agency_id="hung-up")
    request = httpx.Request("POST", f"{agency.url}/referrals", headers=headers, json=body)
    hang_up_after(request)
    until(lambda: agency.ask("GET", "/referrals").json()["items"])
    again = agency.refer(body)
    assert (again.status_code, again.json()["agency_reference"]) == (200, "cut-off")
    assert len(agency.ask("GET", "/referrals").json()["items"]) == 1


def hang_up_after(request: httpx.Request) -> None:
    """Send a whole request, and close the connection without reading."""
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    with socket.create_connection((request.url.host, request.url.port)) as line:
        line.sendall(f"POST {request.url.path} HTTP/1.1\r\n{head}\r\n".encode())
        line.sendall(request.read())
