"""Measure the platform with stored cases: `python -m bench.growth --cases 1000,10000`.

Cases are made through the doors, copied into the databases of the four services, and then the
platform is measured at each size. Everything runs on a broker, and unless one is named a database,
that are started for it and thrown away.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.growth import streams
from bench.growth.doors import Doors
from bench.growth.originals import originals
from bench.growth.queries import Question, questions
from bench.growth.recorder import Recorder
from bench.growth.seeding import seed
from bench.growth.system import Servers, own_servers, running
from bench.growth.telling import Told
from bench.growth.work import measure, settle

SIZES = "1000,10000"
STREAMS = 2_000
TIMES, RECORDED = 100, 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and write the report."""
    wanted = _parser().parse_args(arguments)
    with TemporaryDirectory(prefix="growth-") as folder:
        told = _run(wanted, Path(folder))
    sys.stdout.write("\n".join(told.lines()) + "\n")
    if wanted.json:
        sys.stdout.write(json.dumps(told.as_json()) + "\n")
    return 0


def _run(wanted: argparse.Namespace, folder: Path) -> Told:
    with own_servers(folder, wanted.mongodb_uri) as servers:
        told = Told(servers.database)
        with running(servers) as system:
            copied = originals(system, Doors(system))
            if wanted.streams:
                _say(f"opening {wanted.streams:,} live streams")
                told.streams = streams.measure(system, wanted.streams)
        stored = 0
        for size in sorted(wanted.cases):
            _say(f"storing {size:,} cases")
            told.seeded[size] = seed(system, copied, stored, size)
            _say(f"measuring with {size:,} cases")
            with running(servers) as system:
                settle(system)
                told.timings[size] = measure(system, wanted.times)
            _say("\n".join(told.of_timings(size)))
            if wanted.queries and size == min(wanted.cases, key=lambda one: abs(one - 10_000)):
                _say("recording what is asked of the database")
                told.questions = _recorded(servers)
            stored = size
    return told


def _recorded(servers: Servers) -> list[Question]:
    with Recorder(servers.mongodb_uri) as recorder, running(servers, recorder.uri) as system:
        settle(system)
        recorder.commands.clear()
        measure(system, RECORDED)
        return questions(system, list(recorder.commands))


def _sizes(text: str) -> list[int]:
    return [int(size) for size in text.split(",")]


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _parser() -> argparse.ArgumentParser:
    about, _, details = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m bench.growth", description=about, epilog=details
    )
    parser.add_argument("--cases", type=_sizes, default=_sizes(SIZES), help=f"sizes: {SIZES}")
    parser.add_argument("--mongodb-uri", help="a server to use instead of one of its own")
    parser.add_argument("--streams", type=int, default=STREAMS, help="idle streams; 0: none")
    parser.add_argument("--times", type=int, default=TIMES, help="how often each thing is asked")
    parser.add_argument("--queries", action="store_true", help="record every form of question")
    parser.add_argument("--json", action="store_true", help="one line of JSON at the end")
    return parser


if __name__ == "__main__":
    sys.exit(main())
