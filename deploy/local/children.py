"""Child processes that cannot outlive their parent, with a log each.

`setpriv --pdeathsig` (util-linux) has the kernel kill a child when the thread that started it
ends, however it ends: so children are started by the main thread. A parent that ended before that
was arranged is noticed by its number.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, STDOUT, Popen, TimeoutExpired

STOP_WITHIN_S = 10.0
DIES_WITH_PARENT = ("setpriv", "--pdeathsig", "KILL", "--")
UNLESS_PARENT_IS_GONE = ("sh", "-c", '[ "$PPID" = "$0" ] && exec "$@"')


class Child:
    """A running program in a session of its own, so that Ctrl-C reaches only the supervisor."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str],
        cwd: Path,
    ) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as out:
            self._process = Popen(
                [*DIES_WITH_PARENT, *UNLESS_PARENT_IS_GONE, str(os.getpid()), *command],
                stdin=DEVNULL,
                stdout=out,
                stderr=STDOUT,
                env=dict(environment),
                cwd=cwd,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Return the process id, which is also the id of its group."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """Return how it ended (minus the number of a signal), or None while it runs."""
        return self._process.poll()

    @property
    def is_alive(self) -> bool:
        """Does it still run?"""
        return self.exit_code is None

    def signal(self, number: int) -> None:
        """Send a signal to the program itself, if it still runs."""
        if self.is_alive:
            self._process.send_signal(number)

    def stop(self, within_s: float = STOP_WITHIN_S) -> int:
        """Ask it to end, wait, then end it and all of its group; return how it ended."""
        self.ask_to_stop()
        return self.end(within_s)

    def ask_to_stop(self) -> None:
        """Ask it to end."""
        self.signal(signal.SIGTERM)

    def end(self, within_s: float = STOP_WITHIN_S) -> int:
        """Wait for its end, then end it and all of its group; return how it ended."""
        with suppress(TimeoutExpired):
            self._process.wait(within_s)
        return self.kill()

    def kill(self) -> int:
        """End it and what is left of its group at once; return how it ended."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        return self._process.wait()

    def last_lines(self, count: int = 15) -> str:
        """Return the end of its log, to be shown with what went wrong."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])
