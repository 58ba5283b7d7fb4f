"""How the doctor judges what was seen, with nothing but what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from environs import Env
from pymongo.errors import OperationFailure

from services.chassis import clock
from services.chassis.messaging.outbox import Backlog
from services.chassis.messaging.topology import dead_letters
from services.operations.doctor import bus_checks, process_checks, settings_checks
from services.operations.doctor.database_checks import (
    drilled,
    looks,
    skewed,
    unindexed,
    waiting_long,
    weak,
)
from services.operations.doctor.expected import SERVICES, work_queues
from services.operations.doctor.findings import Check, Mark, found
from services.operations.doctor.on_the_bus import Queue
from services.operations.doctor.policies import judged
from services.operations.doctor.stored import Waiting
from services.operations.refusals import CannotReach

NOW = clock.now()
NOTHING = Backlog(0, None, 0, None)
MINUTE = timedelta(minutes=1)


class Refusing:
    """A database of which this user may use nothing but what every user may."""

    client = admin = database = property(lambda self: self)
    name, codec_options = "risk", None

    def __getitem__(self, _name: str) -> Refusing:
        return self

    def with_options(self, **_options: Any) -> Refusing:
        return self

    def command(self, name: str, **_options: Any) -> Mapping[str, Any]:
        return {"localTime": clock.now()} if name == "hello" else self.refuse()

    def refuse(self, *_: Any, **__: Any) -> Any:
        raise OperationFailure("not authorized on risk to execute command", 13)

    insert_one = find = find_one = drop = index_information = refuse


def marks(findings: Any) -> set[Mark]:
    return {each.mark for each in findings}


@pytest.mark.parametrize("service", SERVICES)
def test_what_the_database_does_not_permit_is_told_as_that(service: str) -> None:
    database: Any = Refusing()
    for about, look in looks(Env(), service):
        told = list(found(Check(service, about, lambda look=look: look(database))))
        allowed = {Mark.WELL} if about == "clock" else {Mark.NOT_PERMITTED}
        assert marks(told) == allowed, about


@pytest.mark.parametrize(
    ("waiting", "mark"),
    [
        (Waiting(NOTHING, 0), Mark.WELL),
        (Waiting(Backlog(3, NOW - MINUTE / 2, 5, NOW - 1.5 * MINUTE), 0), Mark.WELL),
        (Waiting(Backlog(1, NOW - 2 * MINUTE, 0, None), 0), Mark.WRONG),
        (Waiting(Backlog(0, None, 1, NOW - 3 * MINUTE), 0), Mark.WRONG),
        (Waiting(NOTHING, 1), Mark.WRONG),
    ],
)
def test_events_may_wait_for_a_moment(waiting: Waiting, mark: Mark) -> None:
    assert marks(waiting_long("risk", waiting, NOW)) == {mark}


@pytest.mark.parametrize(
    ("skew_s", "mark"),
    [(None, Mark.NOT_TOLD), (0.4, Mark.WELL), (-4.9, Mark.WELL), (6, Mark.WRONG), (-6, Mark.WRONG)],
)
def test_clocks_may_differ_by_a_few_seconds(skew_s: float | None, mark: Mark) -> None:
    assert marks(skewed("risk", skew_s)) == {mark}


@pytest.mark.parametrize(
    ("drill", "every_s", "mark"),
    [
        (None, 60, Mark.WRONG),
        (None, 0, Mark.NOT_TOLD),
        ((NOW - 90 * MINUTE, NOW - 2 * MINUTE), 60, Mark.WELL),
        ((NOW - 90 * MINUTE, NOW - 4 * MINUTE), 60, Mark.WRONG),
        ((NOW - 2 * MINUTE, None), 60, Mark.WELL),
        ((NOW - 4 * MINUTE, None), 60, Mark.WRONG),
    ],
)
def test_one_drill_may_be_missed(drill: Any, every_s: float, mark: Mark) -> None:
    assert marks(drilled(drill, every_s, NOW)) == {mark}


def test_weak_writes_and_missing_indexes_are_wrong_each() -> None:
    assert [each.mark for each in weak("risk", ["majority_writes"])] == [Mark.WRONG]
    (told,) = unindexed("risk", {"risk": ["reference", "outbox_due"]})
    assert told.says == "risk has no index reference, outbox_due"


def test_a_service_that_was_never_started_is_told_once_for_each_kind() -> None:
    told = list(bus_checks.topology("risk", ["risk.events"], ["a", "b"], []))
    assert [each.says.partition(":")[0] for each in told] == [
        "1 exchange missing",
        "2 queues missing",
    ]


def test_one_queue_without_a_consumer_is_named() -> None:
    queues = [Queue("risk.a.v1", 7, 0), Queue("risk.b.v1", 0, 1)]
    (told,) = bus_checks.topology("risk", [], [], queues)
    assert told.says == "no process takes from risk.a.v1, 7 messages wait"


@pytest.mark.parametrize(
    ("version", "is_old"), [("3.9.29", True), ("3.10.8", False), ("4.1.0", False), ("?", False)]
)
def test_a_bus_without_what_we_use_is_too_old(version: str, is_old: bool) -> None:
    assert bus_checks.is_too_old(version) is is_old


def test_each_queue_is_to_be_under_its_policy() -> None:
    name, dead = work_queues("risk")[0], dead_letters("risk")
    enough = {"dead-letter-exchange": dead, "delivery-limit": 20}
    kept = {"delivery-limit": 1_000_000_000}
    good = [policed(name, enough), policed(dead, kept)]
    assert marks(judged(good)) == {Mark.WELL}
    for broken in (policed(name, kept), policed(dead, enough), policed(name, None)):
        assert [each.says for each in judged([*good, broken])] == [
            f"{broken['name']} is not under its policy"
        ]


def policed(name: str, definition: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"name": name, "effective_policy_definition": definition}


@pytest.mark.parametrize(
    ("status", "told", "says"),
    [
        (200, {"checks": {}}, "risk at here is ready"),
        (503, {"checks": {"database": False, "outbox": True}}, "is not ready (database)"),
        (503, {"checks": {"Sorina Popescu": False}}, "is not ready (HTTP 503)"),
        (502, None, "is not ready (HTTP 502)"),
    ],
)
def test_a_process_is_believed_and_not_repeated(status: int, told: Any, says: str) -> None:
    assert process_checks.judged("risk", "here", status, told).says.endswith(says)


@pytest.mark.parametrize(
    "told", ["risk", "risk=10.0.0.7:8102", "=http://a", "risk=http://", "R=http://a"]
)
def test_addresses_that_cannot_be_read_are_refused(
    told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OUTREACH_PROCESSES", told)
    with pytest.raises(CannotReach):
        process_checks.addresses(Env())


def test_several_processes_may_have_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_PROCESSES", "risk=http://a:1/, risk=https://b")
    assert process_checks.addresses(Env()) == [("risk", "http://a:1"), ("risk", "https://b")]


def test_the_file_of_settings_is_to_be_there_and_the_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "outreach.env"
    asked = {"OUTREACH_SETTINGS_FILE": str(file)}
    assert marks(settings_checks.file(asked)) == {Mark.WRONG}
    file.touch(mode=0o600)
    assert marks(settings_checks.file(asked)) == {Mark.WELL}
    file.chmod(0o644)
    assert marks(settings_checks.file(asked)) == {Mark.WRONG}
    assert not list(settings_checks.file({**asked, "AMQP_URI": "amqp://a"}))


def test_addresses_are_named_and_not_shown() -> None:
    own = dict.fromkeys(settings_checks.OWN, "mongodb://eve:secret@a")
    assert marks(settings_checks.named({"AMQP_URI": "amqp://eve:secret@a"} | own)) == {Mark.WELL}
    told = list(settings_checks.named({"RISK_MONGO_URI": "mongodb://eve:secret@a"}))
    assert [each.mark for each in told] == [Mark.WELL, Mark.WRONG, Mark.WRONG]
    assert "secret" not in str(told)
