"""A link holds a notice and its proof, and nothing that was changed passes for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.links import Links, LinkUnknown

LINKS = Links("https://casework.example", lambda: (b"k" * 32,))
NOTICES = st.uuids().map(str)


@given(NOTICES)
def test_a_token_leads_back_to_its_notice(notice_id: str) -> None:
    assert LINKS.notice_id(LINKS.token(notice_id)) == notice_id
    assert LINKS.link(notice_id) == f"https://casework.example/a/{LINKS.token(notice_id)}"


@given(NOTICES, st.integers(0, 39), st.sampled_from("AZaz09-_"))
def test_a_changed_token_leads_nowhere(notice_id: str, place: int, sign: str) -> None:
    token = LINKS.token(notice_id)
    changed = token[:place] + sign + token[place + 1 :]
    if changed != token:
        with pytest.raises(LinkUnknown):
            LINKS.notice_id(changed)


@pytest.mark.parametrize("text", ["", "a", "ä" * 40, "=" * 40, "A" * 39, "A" * 41, "A" * 4000])
def test_other_texts_lead_nowhere(text: str) -> None:
    with pytest.raises(LinkUnknown):
        LINKS.notice_id(text)


@given(NOTICES)
def test_another_installation_makes_other_tokens(notice_id: str) -> None:
    other = Links(LINKS.origin, lambda: (b"o" * 32,))
    with pytest.raises(LinkUnknown):
        LINKS.notice_id(other.token(notice_id))


def test_a_mark_of_an_address_tells_addresses_apart_and_can_be_made_here_alone() -> None:
    other = Links(LINKS.origin, lambda: (b"o" * 32,))
    mark = LINKS.mark("+447700900001")
    assert mark == LINKS.mark("+447700900001")
    assert mark not in (LINKS.mark("+447700900002"), other.mark("+447700900001"))
