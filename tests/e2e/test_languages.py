"""The words of the pages: all of them, in all four languages, with the same gaps to fill."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import read_po

from services.portal.pages.languages import LANGUAGES, LOCALES

ROOT = Path(__file__).parents[2]
GAP = re.compile(r"%\(\w+\)s|\{\w+\}")


@cache
def catalogue(language: str) -> Catalog:
    path = LOCALES / language / "LC_MESSAGES" / "messages.po"
    return read_po(path.open("rb"), locale=language)


def texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def names(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


def extracted(folder: Path) -> Catalog:
    template = folder / "messages.pot"
    how = ["-q", "extract", "-F", str(ROOT / "babel.cfg"), "-k", "_n", "-o", str(template)]
    CommandLineInterface().run(["pybabel", *how, str(ROOT)])
    return read_po(template.open("rb"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_has_the_words_of_the_pages_and_no_others(
    language: str, tmp_path: Path
) -> None:
    wanted = {names(message)[0] for message in extracted(tmp_path) if message.id}
    known = {names(message)[0] for message in catalogue(language) if message.id}
    assert known == wanted


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_is_translated(language: str) -> None:
    found = [
        message.id
        for message in catalogue(language)
        if message.id and (message.fuzzy or not all(texts(message)))
    ]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_has_the_gaps_of_its_original(language: str) -> None:
    found = [
        message.id
        for message in catalogue(language)
        for text in texts(message)
        if message.id and set(GAP.findall(text)) != set(GAP.findall(names(message)[0]))
    ]
    assert found == []


@pytest.mark.parametrize("language", sorted(set(LANGUAGES) - {"en"}))
def test_a_sentence_is_not_left_in_english(language: str) -> None:
    found = [
        message.id
        for message in catalogue(language)
        if message.id
        and names(message)[0].count(" ") > 3
        and texts(message)[0] == names(message)[0]
    ]
    assert found == []
