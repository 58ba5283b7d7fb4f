"""`run` and `demo`: the system on this machine, for as long as it is wanted or for one play."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Thread

from deploy.local import ports, prometheus, services
from deploy.local.accounts import read_accounts
from deploy.local.demo import play
from deploy.local.layout import ROOT, VAR, Layout
from deploy.local.ledger import Ledger
from deploy.local.progress import Progress
from deploy.local.refusal import EXIT_CODE, CannotGoOn
from deploy.local.services import SERVICES, Start
from deploy.local.signals import Signals
from deploy.local.system import System, only_one

DEMO = Layout(VAR / "demo")
NOT_BALANCED = 1


class Played:
    """The demonstration in a thread of its own, while the main thread looks after the system."""

    def __init__(self, system: System, say: Callable[[str], None]) -> None:
        self._system, self._say = system, say
        self.ledger: Ledger | None = None
        self.failure: Exception | None = None
        self._thread = Thread(target=self._play, name="demonstration", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Has it come to its end, good or bad?"""
        return not self._thread.is_alive()

    def _play(self) -> None:
        accounts, is_colourful = self._system.layout.demo_accounts, sys.stdout.isatty()
        try:
            self.ledger = play(
                self._system.addresses, self._say, accounts, is_colourful=is_colourful
            )
        except Exception as error:
            self.failure = error


def run(*, as_json: bool, with_play: bool) -> int:
    """Serve until Ctrl-C; the data stay for the next time."""
    progress, signals, layout = _progress(as_json), Signals(), Layout()
    try:
        with only_one(layout):
            wanted = ports.wanted(ports.DEFAULTS, os.environ)
            ports.refuse_taken(_to_be_opened(wanted))
            with _started(System(layout, wanted, progress, signals, os.environ)) as system:
                system.start_prometheus()
                if with_play:
                    _play(system, progress)
                if not signals.asked:
                    _tell(system, progress, as_json=as_json)
                system.look_after()
    except CannotGoOn as error:
        return os.EX_OK if signals.asked else _refuse(error)
    return os.EX_OK


def demo(layout: Layout = DEMO, start: Start = services.start, *, as_json: bool = False) -> int:
    """Start from nothing, play, judge, stop; 0 only if everything came as it must."""
    progress, signals = _progress(as_json), Signals()
    try:
        with only_one(layout):
            _clear(layout)
            wanted = ports.free_instead(ports.wanted(ports.DEFAULTS, os.environ))
            with _started(System(layout, wanted, progress, signals, os.environ, start)) as system:
                played = _play(system, progress)
    except CannotGoOn as error:
        return _refuse(error)
    return _judge(played)


@contextmanager
def _started(system: System) -> Iterator[System]:
    """Start a system, and end it however what is done with it ends."""
    try:
        system.start()
        yield system
    finally:
        system.stop()


def _clear(layout: Layout) -> None:
    """Remove what an earlier system left, but for the lock that we hold."""
    for path in layout.base.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path != layout.running:
            path.unlink()


def _play(system: System, progress: Progress) -> Played:
    played = Played(system, progress.line)
    system.look_after(lambda: played.is_over)
    if played.failure is not None:
        progress.line(f"the demonstration broke off: {played.failure}")
    progress.line()
    return played


def _judge(played: Played) -> int:
    """Write the ledger as the last line; return the exit code."""
    if played.ledger is None:
        return NOT_BALANCED
    sys.stdout.write(f"{played.ledger.as_json()}\n")
    return os.EX_OK if played.ledger.is_balanced else NOT_BALANCED


def _progress(as_json: bool) -> Progress:
    """Leave standard output to JSON where that is wanted."""
    return Progress(sys.stderr if as_json else sys.stdout)


def _to_be_opened(wanted: dict[str, int]) -> dict[str, int]:
    """Leave out the ports of servers that are somewhere else, or not on this machine."""
    given = {"AMQP_URI": "broker", "MONGODB_URI": "database", "SMTP_HOST": "mail"}
    left_out = [name for variable, name in given.items() if variable in os.environ]
    left_out += [] if prometheus.here(wanted) else ["prometheus"]
    return {name: port for name, port in wanted.items() if not name.startswith(tuple(left_out))}


def _tell(system: System, progress: Progress, *, as_json: bool) -> None:
    """Say where everything is and how to come in."""
    accounts = read_accounts(system.layout.demo_accounts)
    if as_json:
        told = {
            "urls": {name: system.addresses.url(name) for name in SERVICES},
            "mail": None if system.mail is None else system.mail.url,
            "prometheus": None if system.prometheus is None else system.prometheus.url,
            "people": accounts.people,
            "keys": accounts.keys,
        }
        sys.stdout.write(f"{json.dumps(told, ensure_ascii=False)}\n")
        sys.stdout.flush()
        return
    progress.line(f"The portal         {system.addresses.url('portal')}")
    if system.mail is not None:
        progress.line(f"Mail that was sent {system.mail.url}")
    if system.prometheus is not None:
        progress.line(f"Figures over time  {system.prometheus.url}")
    for person in accounts.people:
        areas = ", ".join(person["areas"])
        progress.line(
            f"  {person['role']:<16} {person['email']:<22} {person['password']}   ({areas})"
        )
    for key in accounts.keys:
        progress.line(f"API key            {key['key']}   ({key['agency_id']})")
    progress.line(f"Logs               {_near(system.layout.logs)}")
    progress.line("Ctrl-C stops everything.")


def _near(path: os.PathLike[str]) -> str:
    with suppress(ValueError):
        return os.path.relpath(path, ROOT)
    return str(path)


def _refuse(error: CannotGoOn) -> int:
    sys.stderr.write(f"{error}\n")
    return EXIT_CODE


def main() -> int:
    """Do what `python -m deploy.local` was asked for, once everything is set up."""
    command, *flags = sys.argv[1:]
    if command == "demo":
        return demo(as_json="--json" in flags)
    return run(as_json="--json" in flags, with_play="--no-play" not in flags)


if __name__ == "__main__":
    sys.exit(main())
