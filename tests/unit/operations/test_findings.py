"""A check that fails stops no other, and what was not seen is never told as well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

from services.operations.doctor.findings import (
    Check,
    Finding,
    Mark,
    NotPermitted,
    examine,
    exit_code,
    lasting,
    not_told,
    well,
    wrong,
)
from services.operations.doctor.screen import as_json, lines
from services.operations.refusals import CannotReach, NotNamed

GOOD, BAD = well("bus", "it answers"), wrong("risk", "it is not running", "start it")
AWAY = Finding("risk", Mark.WRONG, "its database does not answer", is_reached=False)
HIDDEN = Finding("risk", Mark.NOT_PERMITTED, "indexes: this user may not look")


def check(error: Exception | None = None, *before: Finding) -> Check:
    def look() -> Iterator[Finding]:
        yield from before
        if error is not None:
            raise error

    return Check("risk", "indexes", look)


@pytest.mark.parametrize(
    ("error", "mark"),
    [
        (NotPermitted("this user may not look"), Mark.NOT_PERMITTED),
        (NotNamed("nothing says where it is"), Mark.NOT_TOLD),
        (CannotReach("it does not answer"), Mark.WRONG),
        (KeyError("Sorina Popescu"), Mark.WRONG),
    ],
)
def test_however_a_check_ends_the_others_are_made(error: Exception, mark: Mark) -> None:
    found = examine([check(error, GOOD), check(None, BAD)])
    assert [each.mark for each in found] == [Mark.WELL, mark, Mark.WRONG]
    assert "Popescu" not in str(found)


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([GOOD], 0),
        ([GOOD, HIDDEN, not_told("processes", "nothing says where")], 0),
        ([HIDDEN], 0),
        ([GOOD, BAD], 1),
        ([GOOD, AWAY], 1),
        ([AWAY], 2),
        ([AWAY, well("settings", "AMQP_URI told"), not_told("bus", "nothing says where")], 2),
        ([], 2),
    ],
)
def test_the_exit_code_says_well_wrong_or_unreachable(
    findings: Iterable[Finding], code: int
) -> None:
    assert exit_code(findings) == code


def test_what_is_well_has_one_line_and_what_is_wrong_one_each() -> None:
    more = well("risk", "its indexes are there")
    told = list(lines([GOOD, BAD, more, more, AWAY, HIDDEN]))
    assert told == [
        "bus",
        "  well           it answers",
        "risk",
        "  well           its indexes are there; its indexes are there",
        "  wrong          it is not running → start it",
        "  wrong          its database does not answer",
        "  not permitted  indexes: this user may not look",
        "2 things are wrong; 1 thing could not be seen",
    ]


def test_programs_are_told_the_same() -> None:
    told = as_json([GOOD, BAD, HIDDEN])
    assert told["exit_code"] == 1
    assert told["counts"] == {"well": 1, "wrong": 1, "not permitted": 1, "not told": 0}
    assert told["findings"][1] == {
        "area": "risk",
        "mark": "wrong",
        "says": "it is not running",
        "do": "start it",
        "is_reached": True,
    }


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (-1, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_600, "1 h"),
        (90_000, "25 h"),
        (172_800, "2 days"),
    ],
)
def test_a_time_is_told_in_its_largest_unit(seconds: float, told: str) -> None:
    assert lasting(seconds) == told
