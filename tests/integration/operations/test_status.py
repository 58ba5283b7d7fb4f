"""`outreach status` in a running system, and in one of which a part is away."""

from __future__ import annotations

from typing import Any

import pytest

from deploy.local import ports
from services.operations.settings import CONSUMERS
from tests.integration.operations.desk_work import DEAD, Operator, bodies, many
from tests.integration.operations.rounds import DRILL_S, Rounds
from tests.integration.risk.said import HIGH, Case
from tests.support import until
from tests.support.stack import Stack


@pytest.fixture(scope="module")
def rounds(stack: Stack, operator: Operator) -> Rounds:
    """All that an alert passes, with a drill a second."""
    stack.environment = {"DRILL_EVERY_S": DRILL_S}
    for service in CONSUMERS:
        stack.start(service, ready=False)
    for service in CONSUMERS:
        stack.wait(service)
    made = Rounds(operator)
    until(lambda: told(made)["drill"]["age_s"] is not None, 30)
    return made


def told(rounds: Rounds, **settings: str) -> Any:
    return rounds.run("status", "--json", **settings).json


def test_one_screen_shows_every_service_the_drill_and_the_alerts(rounds: Rounds) -> None:
    said = rounds.run("status")
    assert (said.code, said.err) == (0, "")
    head, *rows = said.out.splitlines()
    assert head.split()[0] == "service"
    assert [row.split()[0] for row in rows[: len(CONSUMERS)]] == list(CONSUMERS)
    assert rows[-2].startswith("drill: last success ")
    assert rows[-1] == "open alerts: none"


def test_an_open_alert_is_counted_and_not_named(rounds: Rounds, broker: Any) -> None:
    case = Case(broker)
    case.referred(**HIGH)
    until(lambda: told(rounds)["open_alerts"]["count"] == 1, 20)
    alerts = told(rounds)["open_alerts"]
    assert (alerts["up_to_5_min"], alerts["older"], alerts["not_taken_on"]) == (1, 0, 1)
    said = rounds.run("status").out
    assert "open alerts: 1 (1 for up to 5 min); 1 not taken on" in said
    assert not {case.reference, case.id, case.area} & set(said.replace(",", " ").split())


def test_dead_letters_are_counted(rounds: Rounds, broker: Any) -> None:
    many(broker, 2)
    counted = {each["service"]: each["queues"]["dead_letters"] for each in told(rounds)["services"]}
    assert counted == dict.fromkeys(CONSUMERS, 0) | {"risk": 2}
    assert len(bodies(broker, DEAD)) == 2


def test_without_the_databases_the_bus_is_shown(rounds: Rounds) -> None:
    away = f"mongodb://127.0.0.1:{ports.free(1)[0]}/"
    said = rounds.run("status", MONGODB_URI=away)
    assert said.code == 1
    assert "drill: not reached" in said.out
    assert said.out.count("not shown: the database of ") == len(CONSUMERS)
    assert told(rounds, MONGODB_URI=away)["services"][0]["queues"]["consumers"] == 1


def test_without_the_bus_the_databases_are_shown(rounds: Rounds) -> None:
    away = f"amqp://operator:x@127.0.0.1:{ports.free(1)[0]}/casework"
    said = rounds.run("status", AMQP_URI=away)
    assert said.code == 1
    assert said.out.count("not shown: the bus at") == 1
    assert "drill: last success " in said.out


def test_what_nobody_hears_grows_while_a_service_is_stopped(rounds: Rounds, stack: Stack) -> None:
    stack.stop("risk")
    by_name = {each["service"]: each for each in told(rounds)["services"]}
    assert by_name["risk"]["queues"]["consumers"] == 0
    until(lambda: waits(rounds, "risk"), 20)
    stack.start("risk")


def waits(rounds: Rounds, service: str) -> bool:
    found = {each["service"]: each["queues"]["work"] for each in told(rounds)["services"]}
    return bool(found[service] > 0)
