"""The arithmetic of the limits."""

from __future__ import annotations

from bench.limits import pace
from bench.window import settled


def test_a_confirmation_means_one() -> None:
    assert settled({3, 4, 5}, 4, multiple=False) == {4}


def test_a_confirmation_of_many_means_all_up_to_it() -> None:
    assert settled({3, 4, 5}, 4, multiple=True) == {3, 4}


def test_a_confirmation_of_what_does_not_wait_means_nothing() -> None:
    assert settled({3}, 2, multiple=False) == settled({3}, 2, multiple=True) == set()


def test_the_pace_is_how_often_it_was_done_in_the_time_that_it_took() -> None:
    moments = iter([10.0, 10.5, 11.0, 12.5])
    done: list[int] = []
    assert pace(done.append, 2.0, lambda: next(moments)) == 3 / 2.5
    assert done == [1, 2, 3]
