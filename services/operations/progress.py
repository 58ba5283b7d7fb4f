"""How far a command has come: a bar on standard error, where a person looks at it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import click

Begin = Callable[[int], Callable[[int], object]]


@contextmanager
def bar(label: str, *, is_quiet: bool) -> Iterator[Begin]:
    """Give what begins a bar of so many steps; it returns what is told of each step."""
    with ExitStack() as stack:

        def begin(count: int) -> Callable[[int], object]:
            is_hidden = is_quiet or not count or not sys.stderr.isatty()
            shown = click.progressbar(length=count, label=label, file=sys.stderr, hidden=is_hidden)
            return stack.enter_context(shown).update

        yield begin
