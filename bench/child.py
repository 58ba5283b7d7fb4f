"""A process of the harness's own at the other end of a pipe."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from typing import Self


class Piped:
    """Runs a function in a process of its own, which gets its end of the pipe first."""

    def __init__(self, serve: Callable[..., None], *arguments: object) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, *arguments), daemon=True)
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """Return its process id, to see what it costs itself."""
        return self._process.pid or 0

    def __enter__(self) -> Self:
        """Keep it until the end of the block."""
        return self

    def __exit__(self, *_error: object) -> None:
        """End the process."""
        self._pipe.close()
        self._process.terminate()
        self._process.join()
