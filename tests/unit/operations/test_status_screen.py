"""The screen of `outreach status`, from what was read."""

from __future__ import annotations

from datetime import timedelta

from services.chassis import clock
from services.chassis.messaging.outbox import Backlog
from services.operations.doctor.on_the_bus import Depths
from services.operations.doctor.stored import OpenAlert, Waiting
from services.operations.status.command import exit_code
from services.operations.status.reading import ServiceStatus, Status, Unseen, by_age
from services.operations.status.screen import alerts, as_json, drill, lines

NOW = clock.now()
MINUTE = timedelta(minutes=1)
NONE = by_age([], NOW)
WAITING = Waiting(Backlog(2, NOW - 3 * MINUTE, 0, None), 0)
SHUT = Unseen("not permitted", "this user may not look", is_permitted=False)
AWAY = Unseen("not reached", "its database does not answer")
SEEN = ServiceStatus("risk", WAITING, Depths(4, 1, 2, 1))
ALL = Status(NOW, (SEEN,), NOW - MINUTE, NONE)


def test_a_service_is_one_line_with_ages() -> None:
    row = list(lines(ALL))[1]
    assert row.split("  ")[0] == "risk"
    assert row.split() == ["risk", "2", "(3", "min)", "0", "4", "1", "2", "1"]


def test_what_cannot_be_read_stands_in_its_place_and_its_reason_once_below() -> None:
    blind = ServiceStatus("sessions", AWAY, Depths(0, 0, None, 0))
    told = list(lines(Status(NOW, (SEEN, blind), AWAY, SHUT)))
    assert told[2].split("  ")[0] == "sessions"
    assert told[2].count("not reached") == 2
    assert told[2].endswith("none")
    assert told[3:] == [
        "drill: not reached",
        "open alerts: not permitted",
        "not shown: its database does not answer",
        "not shown: this user may not look",
    ]


def test_alerts_are_counted_by_how_long_they_have_been_open() -> None:
    ages = (0, 4, 6, 59, 61, 3_000)
    found = by_age([OpenAlert(NOW - age * MINUTE, is_taken=age > 60) for age in ages], NOW)
    assert (found.count, found.younger, found.older, found.untaken) == (6, (2, 2, 1), 1, 4)
    assert alerts(Status(NOW, (), None, found)) == (
        "6 (2 for up to 5 min, 2 for up to 1 h, 1 for up to 24 h, 1 for longer); "
        "4 not taken on, the oldest open for 2 days"
    )


def test_nothing_is_said_as_nothing() -> None:
    empty = Status(NOW, (SEEN,), None, NONE)
    assert (drill(empty), alerts(empty)) == ("none has succeeded yet", "none")


def test_programs_are_told_seconds_and_reasons() -> None:
    told = as_json(Status(NOW, (SEEN,), NOW - MINUTE, SHUT))
    assert told["drill"] == {"age_s": 60.0}
    assert told["open_alerts"] == {
        "not_shown": "not permitted",
        "because": "this user may not look",
    }
    assert told["services"][0]["outbox"]["unsaid_s"] == 180.0
    assert told["services"][0]["queues"]["dead_letters"] == 2


def test_the_exit_code_says_all_a_part_or_nothing() -> None:
    blind = ServiceStatus("risk", AWAY, AWAY)
    assert exit_code(ALL) == 0
    assert exit_code(Status(NOW, (SEEN,), SHUT, SHUT)) == 0
    assert exit_code(Status(NOW, (SEEN,), AWAY, SHUT)) == 1
    assert exit_code(Status(NOW, (blind,), AWAY, SHUT)) == 1
    assert exit_code(Status(NOW, (blind,), AWAY, AWAY)) == 2
