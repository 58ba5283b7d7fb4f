"""A private RabbitMQ node out of the system's package: own ports, names, cookie, data and logs."""

from __future__ import annotations

import json
import logging
import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from tempfile import NamedTemporaryFile

import pika
from pika.exceptions import AMQPError

from deploy.local.children import Child
from deploy.local.definitions import OWNER, definitions
from deploy.local.keys import Keys
from deploy.local.layout import Layout
from deploy.local.ports import HOST
from deploy.local.refusal import CannotGoOn
from deploy.local.waiting import Pause, wait_until

NODE = "casework@localhost"
VHOST = "casework"
UP_WITHIN_S = 60
SCRIPTS = (Path("/usr/lib/rabbitmq/bin"), Path("/usr/local/lib/rabbitmq/sbin"))
CONFIGURATION = """\
load_definitions = {definitions}
# A write-ahead log of the default 512 MB is for a server; this node shares its machine.
raft.wal_max_size_bytes = 67108864
log.console = false
"""


@dataclass(frozen=True, slots=True)
class BrokerPorts:
    """Where the node listens: for us, for other nodes, and for epmd (Erlang's name service)."""

    amqp: int
    peers: int
    names: int


def scripts() -> Path | None:
    """Return the folder of RabbitMQ's own start scripts; the wrappers on PATH switch user."""
    return next((path for path in SCRIPTS if (path / "rabbitmq-server").exists()), None)


class Broker:
    """One private node; its data stay in its folder from one start to the next."""

    def __init__(
        self, layout: Layout, keys: Keys, ports: BrokerPorts, vhosts: Sequence[str] = (VHOST,)
    ) -> None:
        self.home = layout.broker
        self.ports = ports
        self._log = layout.log("rabbitmq")
        self._keys = keys
        self._vhosts = tuple(vhosts)
        self._names: Child | None = None
        self._server: Child | None = None

    @property
    def server(self) -> Child:
        """Return the node's process, to be watched."""
        if self._server is None:
            raise CannotGoOn("the broker has not been started")
        return self._server

    def uri(self, vhost: str = VHOST, user: str = OWNER) -> str:
        """Return where a virtual host of this node is, with a user and the password."""
        password = self._keys.bus_password(user)
        return f"amqp://{user}:{password}@{HOST}:{self.ports.amqp}/{vhost}"

    def start(self) -> None:
        """Start name service and node; `wait` tells when the node answers."""
        self.start_names()
        self.start_server()

    def start_names(self) -> Child:
        """Start the name service, in the foreground and ours, by which nodes find each other."""
        self._write_home()
        command = [epmd(), "-port", str(self.ports.names), "-address", HOST]
        self._names = self._child("epmd", command, self._log.with_name("epmd.log"))
        return self._names

    def start_server(self) -> Child:
        """Start the node itself."""
        self._server = self._child("rabbitmq", [str(_scripts() / "rabbitmq-server")], self._log)
        return self._server

    def _child(self, name: str, command: Sequence[str], log: Path) -> Child:
        return Child(name, command, log=log, environment=self._environment(), cwd=self.home)

    def wait(self, pause: Pause | None = None) -> None:
        """Return when the node takes an AMQP connection of our user, whoever started it."""
        server = self._server
        try:
            wait_until(
                lambda: answers(self.uri(self._vhosts[0])),
                "RabbitMQ",
                within_s=UP_WITHIN_S,
                is_alive=lambda: server is None or server.is_alive,
                pause=pause,
            )
        except CannotGoOn as error:
            raise CannotGoOn(f"{error}; its log is {self._log} and {self.home / 'log'}") from None

    def stop(self) -> None:
        """Stop the node in order, then its name service."""
        for child in (self._server, self._names):
            if child is not None:
                child.stop()

    def kill(self) -> None:
        """End the node at once, as a power cut would."""
        for child in (self._server, self._names):
            if child is not None:
                child.kill()

    def add_vhosts(self, vhosts: Sequence[str]) -> None:
        """Add virtual hosts with our user and policies to the running node."""
        with NamedTemporaryFile("w", dir=self.home, suffix=".json") as told:
            json.dump(definitions(vhosts, self._keys.bus_users()), told)
            told.flush()
            self.control("import_definitions", told.name)

    def control(self, *arguments: str) -> str:
        """Run `rabbitmqctl` on this node and return what it printed."""
        command = [str(_scripts() / "rabbitmqctl"), "-q", *arguments]
        done = subprocess.run(
            command, env=self._environment(), check=True, capture_output=True, text=True
        )
        return done.stdout

    def _write_home(self) -> None:
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        told = self.home / "definitions.json"
        told.touch(mode=0o600)
        told.write_text(json.dumps(definitions(self._vhosts, self._keys.bus_users())))
        (self.home / "rabbitmq.conf").write_text(CONFIGURATION.format(definitions=told))
        (self.home / "enabled_plugins").write_text("[].\n")
        cookie = self.home / ".erlang.cookie"
        if not cookie.exists():
            cookie.touch(mode=0o600)
            cookie.write_text(self._keys.bus_cookie)

    def _environment(self) -> dict[str, str]:
        """Return the environment that makes the package's node a private one.

        RABBITMQ_ALLOW_INPUT has the script become the node instead of watching it, so that
        signals, and the death of the supervisor, reach the node itself.
        """
        home = str(self.home)
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "LANG": "C.UTF-8",
            "HOME": home,
            "ERL_EPMD_PORT": str(self.ports.names),
            "ERL_EPMD_ADDRESS": HOST,
            "RABBITMQ_NODENAME": NODE,
            "RABBITMQ_NODE_IP_ADDRESS": HOST,
            "RABBITMQ_NODE_PORT": str(self.ports.amqp),
            "RABBITMQ_DIST_PORT": str(self.ports.peers),
            "RABBITMQ_MNESIA_BASE": f"{home}/data",
            "RABBITMQ_LOG_BASE": f"{home}/log",
            "RABBITMQ_PID_FILE": f"{home}/pid",
            "RABBITMQ_CONFIG_FILE": f"{home}/rabbitmq",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{home}/advanced.config",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{home}/enabled_plugins",
            "RABBITMQ_ALLOW_INPUT": "true",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-noinput -kernel inet_dist_use_interface {127,0,0,1}"
            ),
        }


def answers(uri: str) -> bool:
    """Does a broker take an AMQP connection here?"""
    parameters = pika.URLParameters(uri)
    parameters.socket_timeout = parameters.blocked_connection_timeout = 2
    parameters.stack_timeout = 3
    try:
        with _quietly():
            pika.BlockingConnection(parameters).close()
    except (AMQPError, OSError):
        return False
    return True


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep pika from telling at length that nobody answers yet: that is what we ask."""
    log = logging.getLogger("pika")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def epmd() -> str:
    """Return the program of Erlang's name service."""
    found = which("epmd")
    if found is None:
        raise CannotGoOn("epmd is missing although RabbitMQ is there: apt install erlang-base")
    return found


def _scripts() -> Path:
    found = scripts()
    if found is None:
        raise CannotGoOn(
            "RabbitMQ is missing: sudo apt install --no-install-recommends "
            "rabbitmq-server, or set AMQP_URI to a broker that is there"
        )
    return found
