"""Documents that are made from code are fresh, and commands that documents name exist."""

from __future__ import annotations

import re

import pytest

from deploy.documents import PAGES
from tests.house.source import ROOT, faults, files

COMMAND = re.compile(r"\bmake ([a-z][a-z-]*)")
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
MODULE = re.compile(r"python -m ((?:services|deploy|bench|tests)(?:\.[a-z_]+)+)")
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_made_from_code_is_fresh(name: str) -> None:
    written = (ROOT / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), f"run: python -m deploy.documents ({name})"


def test_every_make_command_in_a_document_exists() -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))
    found = [
        f"{page.name}: make {target}"
        for page in files("*.md")
        for target in COMMAND.findall("\n".join(code_of(page.text)))
        if target not in targets
    ]
    assert not found, faults(found)


def code_of(text: str) -> list[str]:
    """Return what a page shows as code: in blocks and between backticks."""
    return re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL)


def test_every_module_that_a_document_starts_exists() -> None:
    found = [
        f"{page.name}: {module}"
        for page in files("*.md")
        for module in MODULE.findall(page.text)
        if not exists(module)
    ]
    assert not found, faults(found)


def exists(module: str) -> bool:
    place = ROOT.joinpath(*module.split("."))
    return place.with_suffix(".py").is_file() or (place / "__main__.py").is_file()


def test_every_link_between_documents_leads_somewhere() -> None:
    found = [
        f"{page.name}: {link}"
        for page in files("*.md")
        for link in LINK.findall(page.text)
        if not (page.path.parent / link).exists()
    ]
    assert not found, faults(found)
