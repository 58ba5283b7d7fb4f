"""`python -m bench.systems.nameko_peer risk`: what `nameko run` does.

nameko's own command asks for `pkg_resources`, which is no part of Python from 3.12 on.
"""

from __future__ import annotations

import signal
import sys
import warnings
from importlib import import_module
from os import environ
from typing import Any


def main() -> None:
    """Run one service until SIGTERM."""
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet  # noqa: PLC0415 - sockets are patched before anything uses them

    eventlet.monkey_patch()
    from nameko.runners import ServiceRunner  # noqa: PLC0415 - binds sockets: patched first

    runner = ServiceRunner(configuration())
    runner.add_service(service_class(sys.argv[1]))
    signal.signal(signal.SIGTERM, lambda *_: eventlet.spawn_n(runner.stop))
    runner.start()
    eventlet.spawn(runner.wait).wait()


def service_class(name: str) -> Any:
    """Return the class of a service: it is called as its module is."""
    return getattr(import_module(f"bench.systems.nameko_peer.{name}"), name.capitalize())


def configuration() -> dict[str, Any]:
    """Return nameko's configuration; all else is at its default: 40 workers are no faster here."""
    return {
        "AMQP_URI": environ["AMQP_URI"],
        "WEB_SERVER_ADDRESS": f"127.0.0.1:{environ['PORT']}",
        "MONGODB_URI": environ["MONGODB_URI"],
        "DATABASE_PREFIX": environ["DATABASE_PREFIX"],
    }


if __name__ == "__main__":
    main()
