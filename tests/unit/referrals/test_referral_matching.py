"""The same woman is recognised however her name is written, and nobody else is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.domain.intake import (
    age_on,
    count_children,
    distinct,
    is_marac_repeat,
    matching_key,
    near_match_tokens,
    normal,
    twelve_months_after,
)
from tests.unit.referrals.referral_examples import intake

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


def client(given: str = "Ana", family: str = "Popescu", **told: str) -> dict[str, str | None]:
    rest = {"born_on": "1991-04-17", "telephone": None, "postcode": None}
    return {"given_name": given, "family_name": family, **rest, **told}


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(st.text(), st.sampled_from([" ", "-", "'", ".", "\u2019", "\u00a0"]))
def test_case_and_punctuation_do_not_matter(text: str, mark: str) -> None:
    assert normal(mark.join((text, ""))) == normal(text)
    assert normal(normal(text).upper()) == normal(normal(text).casefold())


@pytest.mark.parametrize(
    ("written", "also"),
    [
        ("Ștefănescu", "STEFANESCU"),
        ("Szőke-Tóth", "szoke toth"),
        ("D'Angelo", "dangelo"),
        ("Nicolò", "Nicolo"),
        ("Groß", "GROSS"),
        ("O\u2019Connor", "O'Connor"),
        ("Zoe\u0308", "Zo\u00eb"),
        ("I\u015f\u0131k", "ISIK"),
    ],
)
def test_a_name_is_the_same_however_it_is_written(written: str, also: str) -> None:
    assert normal(written) == normal(also)


def test_nothing_is_transliterated() -> None:
    assert normal("Елена") == "елена"
    assert normal("Елена") != normal("Elena")


@pytest.mark.parametrize(
    "other",
    [
        client("Anna"),
        client(family="Popa"),
        client(born_on="1991-04-18"),
        client("Anapop", "escu"),
        client("", "AnaPopescu"),
    ],
)
def test_another_name_or_day_of_birth_is_another_woman(other: dict[str, str | None]) -> None:
    assert matching_key(other) != matching_key(client())


def test_near_matches_share_a_telephone_a_family_name_or_a_postcode() -> None:
    tokens = near_match_tokens(client(telephone="+44 7700 900114", postcode="w10-5zz"))
    assert tokens == (
        ("family", "popescu", "1991-04-17"),
        ("telephone", "00900114"),
        ("postcode", "w105zz", "1991-04-17"),
    )
    assert near_match_tokens(client(telephone="07700 900 114"))[1] == tokens[1]


def test_what_was_not_told_is_shared_with_nobody() -> None:
    assert near_match_tokens(client(telephone="999")) == near_match_tokens(client())
    assert [kind for kind, *_ in near_match_tokens(client())] == ["family"]


@given(MOMENTS)
def test_twelve_months_are_a_year_and_never_less(moment: datetime) -> None:
    later = twelve_months_after(moment)
    assert timedelta(days=365) <= later - moment <= timedelta(days=366)


def test_a_flag_from_29_february_lasts_into_march() -> None:
    leap = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert twelve_months_after(leap) == datetime(2029, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("further", "previous", "is_repeat"),
    [
        ("yes", "2025-03-03", True),
        ("yes", "2025-03-02", False),
        ("no", "2026-01-01", False),
        ("yes", None, False),
    ],
)
def test_a_marac_repeat_is_a_further_incident_within_twelve_months(
    further: str, previous: str | None, is_repeat: bool
) -> None:
    facts = intake(further_incident=further, previous_marac_on=previous).facts
    assert is_marac_repeat(facts, datetime(2026, 3, 2, 9, tzinfo=UTC)) is is_repeat


@pytest.mark.parametrize(
    ("day", "age"), [(date(2026, 4, 16), 34), (date(2026, 4, 17), 35), (date(2026, 4, 18), 35)]
)
def test_age_counts_completed_years(day: date, age: int) -> None:
    assert age_on("1991-04-17", day) == age


def test_children_are_counted_with_care() -> None:
    children = [
        {"born_on": None, "status": "with_mother", "at_risk": True},
        {"born_on": "2020-01-01", "status": "in_care", "at_risk": False},
        {"born_on": "2022-01-01", "status": "proceedings_open", "at_risk": False},
        {"born_on": "1999-01-01", "status": "adopted", "at_risk": False},
    ]
    assert count_children(children, date(2026, 3, 2)) == {
        "children_under_18": 3,
        "children_removed": 2,
        "children_at_risk": 2,
    }


def test_people_told_of_twice_are_listed_once_and_the_nameless_each_time() -> None:
    him = {"name": "Dan Pop", "born_on": None, "address": "new"}
    again = {"name": "DAN  POP", "born_on": None, "address": "old"}
    older = {"name": "Dan Pop", "born_on": "1950-01-01", "address": "far"}
    nameless = {"name": None, "born_on": None, "address": "somewhere"}
    assert distinct([him, again, older, nameless, nameless]) == (him, older, nameless, nameless)
