"""`outreach doctor` in a running system: well, and with one thing after another gone wrong."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy.local import ports
from deploy.local.services import SERVICES
from services.chassis.messaging.topology import QUORUM
from services.operations.doctor.expected import INDEXES
from tests.integration.operations.desk_work import DEAD, Operator, Said, bodies, many
from tests.integration.operations.rounds import DRILL_S, Rounds, addresses
from tests.support import until
from tests.support.bus import channel_of
from tests.support.proxy import Proxy
from tests.support.servers import Servers
from tests.support.stack import Stack

GONE = "sessions.referral_status_changed.v1"
NOWHERE = "amqp://operator:secret-word@127.0.0.1:{port}/casework"


@pytest.fixture(scope="module")
def rounds(stack: Stack, operator: Operator) -> Rounds:
    """All five services, with a drill a second, and an operator who is told of all of them."""
    stack.environment = {"DRILL_EVERY_S": DRILL_S}
    stack.start_all()
    settings = {"DRILL_EVERY_S": "5", "OUTREACH_PROCESSES": addresses(stack)}
    made = Rounds(operator, settings)
    until(lambda: not made.wrong(), 60)
    return made


def of(said: Said, mark: str) -> list[str]:
    return [each["says"] for each in said.json["findings"] if each["mark"] == mark]


def test_where_all_is_well_it_says_so_and_ends_with_0(rounds: Rounds) -> None:
    said = rounds.run("doctor")
    assert (said.code, said.err) == (0, "")
    assert said.out.splitlines()[-1] == "nothing seen is wrong; 1 thing could not be seen"
    for service in SERVICES:
        assert f"\n{service}\n  well  " in said.out
        assert f"{service} at " in said.out
    for told in ("with a consumer each", "last successful drill", "clocks differ by 0"):
        assert told in said.out


def test_no_password_is_shown(rounds: Rounds) -> None:
    said = rounds.run("doctor", "--json", MONGODB_URI="mongodb://eve:secret-word@127.0.0.1:1/")
    password = urlsplit(rounds.operator.amqp_uri).password or ""
    assert password not in said.out
    assert "secret-word" not in said.out + said.err


@pytest.mark.parametrize("service", SERVICES)
def test_every_index_that_a_service_builds_is_expected(
    service: str, rounds: Rounds, mongo: Any
) -> None:
    del rounds
    database = mongo.database(service)
    there = {
        name: {each for each in database[name].index_information() if each != "_id_"}
        for name in database.list_collection_names()
    }
    expected = {name: set(indexes) for name, indexes in INDEXES[service].items()}
    assert {name: indexes for name, indexes in there.items() if indexes} == expected


def test_an_index_that_is_missing_is_named(rounds: Rounds, mongo: Any) -> None:
    collection = mongo.database("risk")["risk"]
    collection.drop_index("announce_again_at")
    assert rounds.wrong() == [("risk", "risk has no index announce_again_at")]
    collection.create_index("announce_again_at", name="announce_again_at", sparse=True)


def test_a_service_that_is_stopped_and_a_queue_that_is_deleted(
    rounds: Rounds, stack: Stack, broker: Any
) -> None:
    stack.stop("sessions")
    with channel_of(broker) as channel:
        channel.queue_delete(GONE)
        until(lambda: rounds.run("doctor").code == 1)
    wrong = rounds.wrong()
    areas = [area for area, _ in wrong]
    says = " ".join(what for _, what in wrong)
    assert set(areas) == {"sessions", "processes"}
    assert "is not running: no process takes from its queues" in says
    assert f"queue {GONE} is missing" in says
    assert "sessions at 127.0.0.1" in says
    stack.start("sessions")
    until(lambda: not rounds.wrong(), 30)


def test_a_rung_of_the_ladder_that_is_deleted_is_named(rounds: Rounds, broker: Any) -> None:
    with channel_of(broker) as channel:
        channel.queue_delete("risk.retry.300s")
        assert rounds.wrong() == [("risk", "queue risk.retry.300s is missing")]
        channel.queue_declare("risk.retry.300s", durable=True, arguments=QUORUM)


def test_a_dead_letter_is_told_and_stays_where_it_is(rounds: Rounds, broker: Any) -> None:
    many(broker, 1)
    (found,) = (each for each in rounds.findings() if each["mark"] == "wrong")
    assert found["says"].startswith("1 dead letter:")
    assert found["do"] == "look with ./outreach dead-letters list --queue risk"
    assert len(bodies(broker, DEAD)) == 1


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("amqp://operator:wrong@{at}/{vhost}", "does not let this user in: see AMQP_URI"),
        ("amqp://{user}@{at}/elsewhere", "does not let this user into virtual host elsewhere"),
        ("amqp://{user}@{nobody}/{vhost}", "does not answer"),
        ("amqp://here:there:5672:x", "AMQP_URI cannot be read"),
    ],
)
def test_a_bus_that_does_not_let_us_in_is_told_and_the_rest_is_seen(
    uri: str, told: str, rounds: Rounds
) -> None:
    parts = urlsplit(rounds.operator.amqp_uri)
    user, _, at = parts.netloc.rpartition("@")
    nobody = f"127.0.0.1:{ports.free(1)[0]}"
    address = uri.format(user=user, at=at, nobody=nobody, vhost=parts.path.strip("/"))
    said = rounds.run("doctor", "--json", AMQP_URI=address)
    (wrong,) = of(said, "wrong")
    assert told in wrong
    assert said.code == 1
    assert "its indexes are there" in of(said, "well")


@pytest.mark.parametrize(
    ("setting", "areas"), [("AMQP_URI", {"bus"}), ("MONGODB_URI", set(SERVICES))]
)
def test_what_stands_still_is_given_up(setting: str, areas: set[str], rounds: Rounds) -> None:
    direct = rounds.operator.environment[setting]
    with Proxy.before(direct) as line:
        line.blackhole()
        wrong = rounds.wrong(**{setting: line.uri(direct)})
    assert {area for area, _ in wrong} == areas


def test_databases_that_are_away_are_told_and_the_bus_is_seen(rounds: Rounds) -> None:
    away = f"mongodb://127.0.0.1:{ports.free(1)[0]}/"
    said = rounds.run("doctor", "--json", MONGODB_URI=away)
    assert said.code == 1
    assert len(of(said, "wrong")) == len(SERVICES)
    assert all("does not answer" in each for each in of(said, "wrong"))
    assert "no dead letters" in of(said, "well")


def test_what_this_user_may_not_see_is_neither_well_nor_wrong(
    rounds: Rounds, startable: Servers, broker: Any
) -> None:
    control = startable.broker.control
    control("add_user", "visitor", "v")
    control("set_permissions", "-p", broker.vhost, "visitor", "^$", "^$", "^$")
    _, _, at = urlsplit(rounds.operator.amqp_uri).netloc.rpartition("@")
    said = rounds.run("doctor", "--json", AMQP_URI=f"amqp://visitor:v@{at}/{broker.vhost}")
    control("delete_user", "visitor")
    assert said.code == 0
    assert len([each for each in of(said, "not permitted") if "dead letters" in each]) == 4
    assert "no dead letters" not in of(said, "well")


def test_a_drill_that_is_long_ago_is_wrong_and_one_that_is_switched_off_is_told(
    rounds: Rounds,
) -> None:
    ((area, says),) = rounds.wrong(DRILL_EVERY_S="0.00001")
    assert area == "referrals"
    assert "no drill has succeeded for" in says
    off = rounds.run("doctor", "--json", DRILL_EVERY_S="0")
    assert off.code == 0
    assert "drills are switched off" in of(off, "not told")[-1]


def test_a_process_that_is_not_ready_says_of_what(rounds: Rounds, stack: Stack) -> None:
    here = f"risk=http://127.0.0.1:{ports.free(1)[0]},portal={stack.url('portal')}/nowhere"
    wrong = dict(reversed(each) for each in rounds.wrong(OUTREACH_PROCESSES=here))
    assert set(wrong.values()) == {"processes"}
    assert any("does not answer" in each for each in wrong)
    assert any("is not ready (HTTP 404)" in each for each in wrong)


def test_where_nothing_can_be_reached_it_ends_with_2(rounds: Rounds) -> None:
    nobody = ports.free(1)[0]
    settings = {"MONGODB_URI": f"mongodb://127.0.0.1:{nobody}/", "OUTREACH_PROCESSES": ""}
    said = rounds.run("doctor", AMQP_URI=NOWHERE.format(port=nobody), **settings)
    assert said.code == 2
    assert said.out.splitlines()[-1].startswith("nothing could be reached")
    assert rounds.run("status", AMQP_URI=NOWHERE.format(port=nobody), **settings).code == 2


def test_where_nothing_is_told_it_says_how_to_begin(rounds: Rounds) -> None:
    said = rounds.run("doctor", AMQP_URI="", MONGODB_URI="", OUTREACH_PROCESSES="")
    assert said.code == 2
    assert "AMQP_URI is not told → start it with make run, or set AMQP_URI" in said.out


@pytest.mark.parametrize("command", ["doctor", "status"])
def test_its_help_has_examples_and_exit_codes(command: str, rounds: Rounds) -> None:
    said = rounds.run(command, "--help")
    assert f"Example: outreach {command}" in said.out
    assert "Exit codes: 0" in said.out
    assert rounds.run(command, "--thoroughly").code == 2
