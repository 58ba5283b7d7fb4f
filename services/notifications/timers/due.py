"""What is due, so much at a time, and never hidden by what is damaged."""

from __future__ import annotations

from collections.abc import Callable, Collection

AT_ONCE = 200


def do_what_is_due(find: Callable[[Collection[str]], list[str]], do: Callable[[str], bool]) -> None:
    """Do what `find` returns, the ids of at most `AT_ONCE` documents that are not among some.

    `do` tells whether it was done. What could not be done stays due, and would be found first for
    ever: where it fills the whole of a batch, those behind it are done as well.
    """
    passed_over: set[str] = set()
    while due := find(passed_over):
        stuck = {each for each in due if not do(each)}
        passed_over |= stuck
        if not stuck or len(due) < AT_ONCE:
            return
