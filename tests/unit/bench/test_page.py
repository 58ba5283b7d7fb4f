"""A run is written between two marks, and nothing else of the page changes."""

from __future__ import annotations

import pytest

from bench.page import BEGIN, END, between


def test_only_what_is_between_the_marks_changes() -> None:
    page = f"# Title\n\nwords\n\n{BEGIN}\nold\n{END}\n\nmore\n"
    once = between(page, "new")
    assert once == f"# Title\n\nwords\n\n{BEGIN}\n\nnew\n\n{END}\n\nmore\n"
    assert between(once, "new") == once


@pytest.mark.parametrize("page", ["", BEGIN, END])
def test_a_page_without_marks_is_left_alone(page: str) -> None:
    with pytest.raises(ValueError, match="no <!-- bench"):
        between(page, "new")
