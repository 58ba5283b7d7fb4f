"""Build the image of the services, and try it: `python -m deploy.image --help`.

The trial starts a database, a broker and a mail catcher on this machine, each service from the
image as a user who may nothing, and plays the demonstration through them. The last line is one JSON
object; the exit code is 0 only if every service was ready and nothing was lost.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys

from deploy.image import engines, trial
from deploy.local.layout import ROOT
from deploy.local.refusal import EXIT_CODE, CannotGoOn

TAG = "turning-the-page"


def main(arguments: list[str] | None = None) -> int:
    """Build, try, or both."""
    asked = _parser().parse_args(arguments)
    try:
        engine = engines.engine(asked.engine)
    except CannotGoOn as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_CODE
    code = os.EX_OK if asked.no_build else _build(engine, asked)
    return code or (os.EX_OK if asked.no_trial else trial.tried(engine, asked.tag))


def _build(engine: engines.Engine, asked: argparse.Namespace) -> int:
    return subprocess.run(engine.build(asked.tag, asked.base), cwd=ROOT, check=False).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.image", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--engine", choices=list(engines.ENGINES), help="else the first that works")
    parser.add_argument("--tag", default=TAG, help=f"what the image is called; else {TAG}")
    parser.add_argument("--base", help="another base image, that is there already")
    left_out = parser.add_mutually_exclusive_group()
    left_out.add_argument("--no-trial", action="store_true", help="only build")
    left_out.add_argument("--no-build", action="store_true", help="only try what was built")
    return parser


if __name__ == "__main__":
    sys.exit(main())
