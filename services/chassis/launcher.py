"""The start line of a nameko service: patch first, import afterwards, then serve."""

from __future__ import annotations

import argparse
import sys
import warnings


def launch(target: str) -> None:
    """Start a service class (`package.module:Class`) in the role that the command line asks for."""
    role = _arguments(target).role
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet  # noqa: PLC0415 - sockets and threads are patched before anything uses them

    eventlet.monkey_patch()
    from services.chassis.logs import SafeMessage  # noqa: PLC0415 - binds sockets: patched first
    from services.chassis.process import serve  # noqa: PLC0415 - binds sockets: patched first

    try:
        serve(target, role)
    except SafeMessage as error:
        sys.exit(f"{target.partition('.service')[0]} cannot start: {error}")


def _arguments(target: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=f"python -m {target.rpartition('.service')[0]}",
        description="Start this service. Its settings come from the environment: "
        "see deploy/example.env.",
    )
    parser.add_argument(
        "--role",
        choices=("api", "worker", "all"),
        default="all",
        help="api answers HTTP, worker hears events and timers, all does both (default)",
    )
    return parser.parse_args()
