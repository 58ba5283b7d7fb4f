"""Tell whether the process of this container can do its work: `python -m services.chassis.ready`.

One service runs in a container; whichever answers at the port of one is asked. The exit code is 0
if it is ready, 1 if it is not, or if none answers.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from http.client import HTTPConnection, HTTPException

from services.chassis.settings import PORTS

HERE = "127.0.0.1"
WITHIN_S = 3.0
OK = 200


def ports(environment: Mapping[str, str]) -> list[int]:
    """Return at which port each service would be: `RISK_PORT` says so, or the usual one."""
    return [int(environment.get(f"{name.upper()}_PORT", usual)) for name, usual in PORTS.items()]


def is_ready(candidates: Iterable[int]) -> bool:
    """Ask whoever answers at one of these ports whether it can do its work."""
    return any(status == OK for status in map(_answer, candidates))


def _answer(port: int) -> int | None:
    connection = HTTPConnection(HERE, port, timeout=WITHIN_S)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status
    except (OSError, HTTPException):
        return None
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_ready(ports(os.environ)) else 1)
