"""Sends by the channels as a service does, in green threads of a process of its own.

Green threads need a patched process: `python -m tests.support.sending`, which is started once and
then asked again and again, a line of JSON each time. Each time the channels are read anew, from the
settings of that time alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from io import StringIO
from time import perf_counter
from typing import Any

from services.notifications.channels.protocol import Message

MESSAGE = Message(
    id="018f0000-0000-7000-8000-000000000001",
    subject="Magas kockázat: A-7F3K-9QX2 még válaszra vár",
    body="Árvíztűrő tükörfúrógép.\n\nhttps://casework.example/alerts/A-7F3K-9QX2\n",
    short="High risk: A-7F3K-9QX2. https://casework.example/alerts/A-7F3K-9QX2",
    link="https://casework.example/alerts/A-7F3K-9QX2",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one send: sent, Refused or Unreachable, why, and how long it took."""

    what: str
    told: str | None
    took_s: float


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of all, how long that took, and what was logged or traced meanwhile."""

    outcomes: tuple[Outcome, ...]
    took_s: float
    log: str

    @property
    def whats(self) -> list[str]:
        """Return what became of each, in order."""
        return [each.what for each in self.outcomes]

    @property
    def only(self) -> Outcome:
        """Return what became of the only one."""
        (outcome,) = self.outcomes
        return outcome


def send(settings: Mapping[str, str], *sends: tuple[str, str], rounds: int = 1) -> Sent:
    """Send to `(channel, address)` pairs, all at once; again and again, if there are rounds.

    Only the last round is told of.
    """
    asked = {"settings": dict(settings), "sends": sends, "rounds": rounds}
    process = _process()
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{json.dumps(asked)}\n")
    process.stdin.flush()
    told = json.loads(process.stdout.readline())
    outcomes = tuple(Outcome(**each) for each in told["outcomes"])
    return Sent(outcomes, told["took_s"], told["log"])


@cache
def _process() -> subprocess.Popen[str]:
    """Return the process that sends; it ends with us, by the end of its standard input."""
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.support.sending"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)},
        text=True,
    )


def main() -> None:
    """Do what each line of standard input asks for."""
    import eventlet  # noqa: PLC0415 - sockets are patched before anything uses them

    eventlet.monkey_patch()
    answers, own = sys.stdout, dict(os.environ)
    for line in sys.stdin:
        asked = json.loads(line)
        os.environ.clear()
        os.environ.update(own | asked["settings"])
        sys.stdout = log = StringIO()
        told = _send_all(asked["sends"], asked["rounds"])
        answers.write(f"{json.dumps(told | {'log': log.getvalue()})}\n")
        answers.flush()


def _send_all(sends: list[list[str]], rounds: int) -> dict[str, Any]:
    from eventlet import GreenPool  # noqa: PLC0415 - after patching

    from services.chassis import logs  # noqa: PLC0415 - binds sockets: patched first
    from services.notifications.channels.registry import (  # noqa: PLC0415 - binds sockets
        read_channels,
    )

    logs.configure("notifications", "DEBUG")
    channels = {channel.value: sender for channel, sender in read_channels().items()}
    took_s, outcomes = 0.0, []
    for _ in range(rounds):
        since = perf_counter()
        outcomes = list(GreenPool(1000).starmap(lambda *one: _send(channels, *one), sends))
        took_s = perf_counter() - since
    return {"outcomes": [asdict(each) for each in outcomes], "took_s": took_s}


def _send(channels: Mapping[str, Any], channel: str, address: str) -> Outcome:
    from services.chassis.logs import get_logger  # noqa: PLC0415 - binds sockets: patched first

    since = perf_counter()
    try:
        what, told = "sent", channels[channel].send(address, MESSAGE)
    except Exception as error:
        get_logger("sending").exception("not_sent")
        what, told = type(error).__name__, str(error)
    return Outcome(what, told, perf_counter() - since)


if __name__ == "__main__":
    main()
