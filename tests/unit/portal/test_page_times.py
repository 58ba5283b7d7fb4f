"""How pages write moments: with the day of the week, in the reader's own zone and language."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.chassis.clock import now
from services.portal.pages.languages import LANGUAGES
from services.portal.pages.reader import Reader

LONDON = Reader("en", "Europe/London")


def written(reader: Reader, moment: str) -> str:
    return " ".join(reader.when(moment).split())


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Sun, 1 Mar 2020, 23:30"),
        ("ro", "dum., 1 mar. 2020, 23:30"),
        ("it", "dom 1 mar 2020, 23:30"),
        ("hu", "2020. márc. 1., V, 23:30"),
    ],
)
def test_a_moment_has_its_day_of_the_week(language: str, text: str) -> None:
    assert written(Reader(language, "Europe/London"), "2020-03-01T23:30:00+00:00") == text


def test_the_day_is_that_of_the_reader() -> None:
    bucharest = Reader("en", "Europe/Bucharest")
    assert written(bucharest, "2020-03-01T23:30:00+00:00") == "Mon, 2 Mar 2020, 01:30"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_year_is_told_only_where_it_is_another(language: str) -> None:
    reader, at = Reader(language, "UTC"), now()
    assert str(at.year) not in reader.when(at.isoformat())
    assert str(at.year - 1) in reader.when(at.replace(year=at.year - 1, day=1).isoformat())


def test_no_line_breaks_within_a_moment() -> None:
    assert " " not in LONDON.when("2020-03-01T23:30:00+00:00")


def test_the_time_alone_means_today() -> None:
    at = now()
    today, before = at.isoformat(), (at - timedelta(days=1)).isoformat()
    assert LONDON.at(today) == LONDON.clock(today)
    assert LONDON.at(before) == LONDON.when(before) != LONDON.clock(before)
