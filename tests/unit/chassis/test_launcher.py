"""What a process is like once it is patched; each time in one of its own, as that lasts."""

from __future__ import annotations

import subprocess
import sys

NAMES_ARE_LOOKED_UP_BESIDE = """
import socket, threading
not_found = threading.Lock()
not_found.acquire()
there = socket.create_server(("127.0.0.1", 0))

def slow(host, port, *args, **options):
    assert host == "mail.example"
    assert not_found.acquire(timeout=10), "somebody had to wait for a name"
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", there.getsockname())]

socket.getaddrinfo = slow
from services.chassis.launcher import patch
patch()
import eventlet
connecting = eventlet.spawn(socket.create_connection, ("mail.example", 25))
eventlet.spawn_after(0.05, not_found.release)
print(connecting.wait().getpeername() == there.getsockname())
"""

RESOLVERS = """
import sys
from services.chassis.launcher import patch
patch()
print("dns" in sys.modules)
"""


def run(program: str) -> str:
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_who_waits_for_a_name_holds_up_nobody() -> None:
    assert run(NAMES_ARE_LOOKED_UP_BESIDE) == "True\n"


def test_no_resolver_but_the_systems_is_loaded() -> None:
    assert run(RESOLVERS) == "False\n"
