"""The start line of a nameko service: patch first, import afterwards, then serve."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from functools import partial


def launch(target: str) -> None:
    """Start a service class (`package.module:Class`) in the role that the command line asks for."""
    role = _arguments(target).role
    patch()
    from services.chassis.logs import SafeMessage  # noqa: PLC0415 - binds sockets: patched first
    from services.chassis.process import serve  # noqa: PLC0415 - binds sockets: patched first

    try:
        serve(target, role)
    except SafeMessage as error:
        sys.exit(f"{target.partition('.service')[0]} cannot start: {error}")


def patch() -> None:
    """Have sockets and threads of this process be green; to be called before they are imported.

    Names of hosts are looked up by the system, in threads beside: eventlet's own resolver is a
    second copy of dnspython, which takes 20 MB of each process, and knows less than the system.
    """
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    os.environ["EVENTLET_NO_GREENDNS"] = "yes"
    import eventlet  # noqa: PLC0415 - sockets and threads are patched before anything uses them

    eventlet.monkey_patch()
    import socket  # noqa: PLC0415 - the patched one, whose lookups block until the next lines

    from eventlet import tpool  # noqa: PLC0415 - as eventlet above
    from eventlet.green import socket as green  # noqa: PLC0415 - as eventlet above

    socket.getaddrinfo = green.getaddrinfo = partial(tpool.execute, socket.getaddrinfo)


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
