"""Two relays at once are seen on the bus, and what may come twice is excused."""

from __future__ import annotations

from tests.chaos.doubling import AT_ONCE_S, PARKED_FOR_S, Publication, doubled

A, B = "connection a", "connection b"


def said(publisher: str, at: float, seq: int = 1) -> Publication:
    return Publication(f"event-{seq}", "referrals/referral-1", seq, publisher, at)


def test_one_event_by_two_relays_at_once_is_seen() -> None:
    assert list(doubled([said(A, 1.0), said(B, 1.5)], [])) == ["event-1"]


def test_the_same_relay_may_say_it_again() -> None:
    assert not list(doubled([said(A, 1.0), said(A, 1.1)], []))


def test_another_relay_may_say_it_once_the_lease_is_over() -> None:
    assert not list(doubled([said(A, 1.0), said(B, 1.0 + AT_ONCE_S)], []))


def test_whoever_commits_the_next_event_says_the_last_one_too() -> None:
    assert not list(doubled([said(A, 1.0), said(B, 1.1), said(B, 1.2, seq=2)], []))


def test_the_last_event_of_an_aggregate_has_no_such_excuse() -> None:
    both = [said(A, 1.0), said(B, 1.1), said(A, 1.2, seq=2), said(B, 1.3, seq=2)]
    assert list(doubled(both, [])) == ["event-2"]


def test_what_was_held_back_may_come_with_what_was_said_since() -> None:
    both = [said(A, 10.0), said(B, 10.1)]
    assert not list(doubled(both, [(5.0, 9.0)]))
    assert list(doubled(both, [(0.0, 10.0 - PARKED_FOR_S)])) == ["event-1"]
    assert list(doubled(both, [(11.0, 12.0)])) == ["event-1"]
