"""Ports on the loopback interface: which to use, which are free, who holds the others."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from secrets import SystemRandom
from tempfile import gettempdir

from deploy.local.refusal import CannotGoOn

HOST = "127.0.0.1"
DEFAULTS: Mapping[str, int] = {
    "portal": 8080,
    "referrals": 8101,
    "risk": 8102,
    "sessions": 8103,
    "notifications": 8104,
    "broker": 8105,
    "broker_peers": 8106,
    "broker_names": 8107,
    "database": 8108,
    "mail": 8109,
    "mail_page": 8110,
    "prometheus": 8111,
}
LOWEST_FREE = 5_000
BLOCK = 50
NEAR_ENDS = Path("/proc/sys/net/ipv4/ip_local_port_range")


def setting(name: str) -> str:
    """Return the environment variable that moves a port: `portal` → `PORTAL_PORT`."""
    return f"{name.upper()}_PORT"


def wanted(names: Iterable[str], environment: Mapping[str, str]) -> dict[str, int]:
    """Return the ports asked for by the environment, the usual ones where it says nothing.

    Raises:
        CannotGoOn: a port is no number.

    """
    return {name: _read(setting(name), DEFAULTS[name], environment) for name in names}


def _read(variable: str, default: int, environment: Mapping[str, str]) -> int:
    text = environment.get(variable, str(default))
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise CannotGoOn(f"{variable}={text} is no port; give a number from 1 to 65535")
    return int(text)


def refuse_taken(ports: Mapping[str, int]) -> None:
    """Make sure that every port can be had.

    Raises:
        CannotGoOn: one is in use; the message names it, who holds it and how to move ours.

    """
    for name, port in ports.items():
        if not is_free(port):
            raise CannotGoOn(
                f"port {port} (for {name.replace('_', ' ')}) is in use{_by_whom(port)}; end that "
                f"program, or start with another port: {setting(name)}={free(1)[0]} make run"
            )


def free_instead(ports: Mapping[str, int]) -> dict[str, int]:
    """Return the same ports where they are free, and others where they are not."""
    return {name: port if is_free(port) else free(1)[0] for name, port in ports.items()}


def free(count: int) -> list[int]:
    """Return ports that nobody listens on, and that no other process of ours will be given."""
    return list(islice(filter(is_free, _supply), count))


def _blocks() -> Iterator[int]:
    """Yield ports, block after block, of each of which this process holds the lock to its end."""
    folder = Path(gettempdir()) / f"casework-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    starts = range(LOWEST_FREE, _first_near_end() - BLOCK, BLOCK)
    for start in SystemRandom().sample(starts, len(starts)):
        lock = os.open(folder / str(start), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            yield from range(start, start + BLOCK)


_supply = _blocks()


def _first_near_end() -> int:
    """Return the port from which Linux takes the near ends of outgoing connections.

    Ports from there on may be free now and taken by a connection a moment later.
    """
    return int(NEAR_ENDS.read_text().split()[0])


def is_free(port: int) -> bool:
    """Can we listen on this port?"""
    with socket.socket() as candidate:
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
        except OSError:
            return False
    return True


def _by_whom(port: int) -> str:
    """Return ` by NAME (process N)` where /proc tells, else nothing."""
    sockets = _listening(port)
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal() and sockets & _sockets_of(entry.path):
            name = Path(entry.path, "comm").read_text(encoding="utf-8").strip()
            return f" by {name} (process {entry.name})"
    return ""


def _listening(port: int) -> set[str]:
    """Return the inodes of the sockets that listen on a port."""
    table = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()
    return {
        f"socket:[{fields[9]}]"
        for fields in map(str.split, table)
        if fields[1].endswith(f":{port:04X}") and fields[3] == "0A"
    }


def _sockets_of(process: str) -> set[str]:
    try:
        return {str(entry.readlink()) for entry in Path(process, "fd").iterdir()}
    except OSError:
        return set()
