"""Notices in four languages: all of them there, short enough, and nothing in them but codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Message as Entry
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.settings import BadSettings
from services.contracts.dash import CUES, GROUNDS
from services.notifications.channels import words
from services.notifications.channels.gsm import BASIC, EXTENDED, length, spelled
from services.notifications.channels.texts import NotCoded, Notice
from services.notifications.channels.texts import message as written
from services.notifications.settings import LONGEST_ORIGIN, read_origin
from services.portal.pages.languages import LANGUAGES

ROOT = Path(__file__).parents[3]
GAP = re.compile(r"%\(\w+\)s")
REFERENCE = "A-7F3K-9QX2"
TOKEN = "B-_x" * 10
LINK = f"https://casework.example/a/{TOKEN}"
LONG_LINK = f"https://{'a' * (LONGEST_ORIGIN - 16)}.example/a/{TOKEN}"
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST = Notice(
    id="notice-1",
    link=LINK,
    locale="en",
    what="high_risk",
    stage="first",
    reference=REFERENCE,
    at=AT,
)


def every_notice() -> Iterator[Notice]:
    """Yield each kind of notice in each language, with as little and as much as there can be."""
    for locale in words.LANGUAGES:
        for what, stage in words.WORDINGS:
            bare = Notice(id="notice-1", link=LINK, locale=locale, what=what, stage=stage)
            if what == "digest":
                yield replace(bare, references=(REFERENCE,) * 100)
            elif what != "test":
                yield replace(bare, reference=REFERENCE)
                yield replace(
                    bare, reference=REFERENCE, grounds=GROUNDS, cues=CUES, worsened=True, at=AT
                )
            else:
                yield bare


def test_the_languages_are_those_of_the_pages() -> None:
    assert set(words.LANGUAGES) == set(LANGUAGES)


def test_every_ground_and_every_cue_has_a_name() -> None:
    assert set(words.GROUND) == set(GROUNDS)
    assert set(words.CUE) == set(CUES)


@pytest.mark.parametrize("link", [LINK, LONG_LINK])
def test_each_notice_can_be_written_and_each_sms_fits(link: str) -> None:
    for notice in every_notice():
        message = written(replace(notice, link=link))
        assert length(message.short) <= 160, message.short
        assert message.short.endswith(message.link)
        assert message.link in message.body
        assert set(message.short) <= BASIC | EXTENDED
        assert "?" not in message.short
        assert "%(" not in message.body + message.subject


def test_a_notice_says_what_to_do() -> None:
    message = written(FIRST)
    assert message.subject == f"High risk: {REFERENCE} needs you now"
    assert "Open the link to see why, and to take it on:" in message.body
    assert message.link == LINK


def test_an_sms_says_what_is_worst_if_there_is_room() -> None:
    worse = written(replace(FIRST, worsened=True, cues=("stalking",)))
    assert "Worse than before. Stalking." in worse.short
    full = written(replace(FIRST, link=LONG_LINK, worsened=True, cues=CUES))
    assert full.short.startswith(f"High risk: {REFERENCE} needs you now.")


def test_mail_keeps_its_letters_and_an_sms_spells_them() -> None:
    message = written(replace(FIRST, locale="hu"))
    assert "kockázat" in message.subject
    assert "kockazat" in message.short


def test_a_time_is_that_of_the_reader() -> None:
    there = written(replace(FIRST, locale="hu", time_zone="Europe/Budapest"))
    assert "2026. november 23., 13:00" in there.body
    assert "23 November 2026, 12:00" in written(FIRST).body


SLIPPED = "Anna Popescu, 12 High Street, has a knife"
TEXT_FIELDS = [each.name for each in fields(Notice) if each.name not in ("worsened", "at")]


@pytest.mark.parametrize("name", TEXT_FIELDS)
@pytest.mark.parametrize("what", ["high_risk", "digest", "test"])
def test_no_free_text_comes_in_by_any_field(name: str, what: str) -> None:
    is_alert = what == "high_risk"
    notice = FIRST if is_alert else Notice(id="notice-1", link=LINK, locale="en", what=what)
    several = name in ("references", "grounds", "cues")
    value: Any = (SLIPPED,) if several else SLIPPED
    with pytest.raises(NotCoded) as raised:
        written(replace(notice, **{name: value}))
    assert "Anna" not in str(raised.value)


@pytest.mark.parametrize(("name", "value"), [("worsened", "Anna"), ("at", "Anna")])
def test_no_other_kind_of_value_comes_in(name: str, value: Any) -> None:
    with pytest.raises(NotCoded):
        written(replace(FIRST, **{name: value}))


@given(st.text(min_size=1))
def test_nothing_but_a_reference_is_a_reference(text: str) -> None:
    with pytest.raises(NotCoded):
        written(replace(FIRST, reference=f"{REFERENCE}{text}"))


@pytest.mark.parametrize(
    "link", ["https://x.example/cases/C-1", f"{LINK}?name=Anna", "javascript:"]
)
def test_a_link_leads_to_an_answer_or_the_inbox(link: str) -> None:
    with pytest.raises(NotCoded):
        written(replace(FIRST, link=link))


@pytest.mark.parametrize("reference", ["C-7F3K-9QX2", "A-7F3K-9QXI", "a-7f3k-9qx2", "", None])
def test_an_alert_has_the_reference_of_an_alert(reference: str | None) -> None:
    with pytest.raises(NotCoded):
        written(replace(FIRST, reference=reference))


@pytest.mark.parametrize("stage", [None, "second"])
def test_an_alert_has_a_stage(stage: str | None) -> None:
    with pytest.raises(NotCoded):
        written(replace(FIRST, stage=stage))


@pytest.mark.parametrize(
    "origin",
    ["casework.example", "https://a.example/path", "https://a b", "ftp://a", f"https://{'a' * 70}"],
)
def test_an_origin_that_would_not_do_is_refused_at_the_start(
    origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_ORIGIN", origin)
    with pytest.raises(BadSettings):
        read_origin()


def test_what_is_written_is_made_of_the_catalogue_and_of_codes_alone() -> None:
    for notice in every_notice():
        say = words.catalogue(notice.locale).gettext
        message = written(notice)
        for part in (words.WORDINGS[notice.what, notice.stage].lead, words.DISCREET):
            assert say(part) in message.body


@pytest.mark.parametrize("text", ["„Árvíztűrő” — tükörfúrógép…", "Ședințe neținute", "«È così»"])
def test_spelling_leaves_nothing_that_an_sms_cannot_hold(text: str) -> None:
    assert set(spelled(text)) <= BASIC | EXTENDED
    assert "?" not in spelled(text)


def test_some_signs_take_two_places() -> None:
    assert length("a€[") == 5


@given(st.text())
def test_whatever_is_spelled_is_in_the_alphabet(text: str) -> None:
    assert set(spelled(text)) <= BASIC | EXTENDED


def catalogue(language: str) -> list[Entry]:
    path = words.LOCALES / language / "LC_MESSAGES" / "messages.po"
    return [entry for entry in read_po(path.open("rb"), locale=language) if entry.id]


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_catalogue_has_the_words_of_notices_and_no_others(
    language: str, tmp_path: Path
) -> None:
    template = tmp_path / "notices.pot"
    mapping = str(words.LOCALES / "babel.cfg")
    how = ["-q", "extract", "-F", mapping, "-k", "noted", "-o", str(template)]
    CommandLineInterface().run(["pybabel", *how, str(ROOT)])
    wanted = {entry.id for entry in read_po(template.open("rb")) if entry.id}
    assert {entry.id for entry in catalogue(language)} == wanted


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_word_is_there_with_its_gaps(language: str) -> None:
    found = [
        entry.id
        for entry in catalogue(language)
        if entry.fuzzy
        or not entry.string
        or sorted(GAP.findall(str(entry.string))) != sorted(GAP.findall(str(entry.id)))
    ]
    assert found == []


@pytest.mark.parametrize(("one", "other"), [*combinations(words.LANGUAGES, 2)])
def test_no_sentence_is_left_in_another_language(one: str, other: str) -> None:
    ours = {entry.id: entry.string for entry in catalogue(one)}
    theirs = {entry.id: entry.string for entry in catalogue(other)}
    same = [key for key in ours if str(key).count(" ") > 3 and ours[key] == theirs[key]]
    assert same == []
