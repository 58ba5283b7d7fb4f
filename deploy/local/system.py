"""The whole system on this machine: servers, accounts and services, started and ended in order."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from time import monotonic

from deploy.local import broker, database, prometheus, services
from deploy.local.accounts import ensure_accounts
from deploy.local.children import Child
from deploy.local.definitions import OPERATOR
from deploy.local.keys import SERVICES_WITH_A_VAULT as KEYED
from deploy.local.keys import ensure_keys
from deploy.local.layout import Layout
from deploy.local.mail import MailServer
from deploy.local.progress import Progress
from deploy.local.refusal import CannotGoOn
from deploy.local.services import SERVICES, Addresses, Start
from deploy.local.signals import Signals
from deploy.local.supervisor import Supervisor
from deploy.local.waiting import wait_until

LOOK_EVERY_S = 0.2
MAIL_WITHIN_S = 30


class System:
    """One running system. `AMQP_URI` and `MONGODB_URI` name servers to use instead of our own.

    Mail is caught and shown (`mail`), unless `SMTP_HOST` names a server that delivers it.

    `start` starts the process of a service as soon as the database answers: without the broker
    referrals are taken, and it is found when it is there.
    """

    def __init__(
        self,
        layout: Layout,
        ports: Mapping[str, int],
        progress: Progress,
        signals: Signals,
        environment: Mapping[str, str],
        start: Start = services.start,
    ) -> None:
        self.layout, self._start = layout, start
        self._progress, self._signals, self._environment = progress, signals, environment
        self._keys = ensure_keys(layout.secrets)
        self._database = database.Database(layout, ports["database"])
        peers = broker.BrokerPorts(ports["broker"], ports["broker_peers"], ports["broker_names"])
        self._broker = broker.Broker(layout, self._keys, peers)
        own_mail = MailServer(ports["mail"], ports["mail_page"])
        self.mail = None if environment.get("SMTP_HOST") else own_mail
        self.prometheus = prometheus.here(ports)
        self._supervisor = Supervisor(progress.line)
        self.addresses = Addresses(
            environment.get("AMQP_URI") or self._broker.uri(),
            environment.get("MONGODB_URI") or self._database.uri,
            {name: ports[name] for name in SERVICES},
            environment.get("DATABASE_PREFIX", ""),
            {} if "AMQP_URI" in environment else self._own_bus_users(),
            {} if self.mail is None else self.mail.settings(),
        )

    def start(self) -> None:
        """Start everything; return when every service says that it is ready.

        Raises:
            CannotGoOn: something does not come up; what was started still runs.

        """
        since = monotonic()
        self._start_servers()
        self._tell_when("database", since, self._wait_for_database)
        running = {name: self._start_service(name) for name in SERVICES}
        with self._progress.step("accounts"):
            told = services.settings("portal", self.addresses, self._keys)
            ensure_accounts(told, self.layout.demo_accounts)
        self._tell_when("RabbitMQ", since, self._wait_for_broker)
        self._tell_when("mail", since, self._wait_for_mail)
        for name, child in running.items():
            self._tell_when(name, since, partial(self._wait_for_service, name, child))
        self._tell_operators()

    def start_prometheus(self) -> None:
        """Start Prometheus where its program is; nothing waits for it."""
        if self.prometheus is not None:
            self._supervisor.add("figures", partial(self.prometheus.start, self.layout))

    def look_after(self, is_done: Callable[[], bool] = lambda: False) -> None:
        """Keep everything running until something is done, or until we are told to stop."""
        while not is_done() and not self._signals.wait(LOOK_EVERY_S):
            self._supervisor.look()

    def stop(self) -> None:
        """End everything that was started: services first, then broker and database."""
        with self._progress.step("stopped"):
            self.layout.operators.unlink(missing_ok=True)
            self._supervisor.stop()

    def _tell_operators(self) -> None:
        """Leave for `./outreach` where everything is, with a user who may do no more than it."""
        elsewhere = self._environment.get("AMQP_URI")
        told = {
            "AMQP_URI": elsewhere or self._broker.uri(user=OPERATOR),
            "MONGODB_URI": self.addresses.mongodb_uri,
            "DATABASE_PREFIX": self.addresses.database_prefix,
            "OUTREACH_PROCESSES": ",".join(
                f"{name}={self.addresses.url(name)}" for name in SERVICES
            ),
            **{f"{name.upper()}_VAULT_KEY_FILE": self._keys.vault(name) for name in KEYED},
            "NOTIFICATIONS_URL": self.addresses.url("notifications"),
            "TOKEN_PRIVATE_KEY_FILE": self._keys.token_private,
        }
        self.layout.operators.touch(mode=0o600)
        lines = (f"{name}='{value}'\n" for name, value in told.items())
        self.layout.operators.write_text("".join(lines))

    def _own_bus_users(self) -> dict[str, str]:
        return {name: self._broker.uri(user=name) for name in SERVICES}

    def _start_servers(self) -> None:
        add = self._supervisor.add
        if "MONGODB_URI" not in self._environment:
            add("servers", self._database.start)
        if "AMQP_URI" not in self._environment:
            add("servers", self._broker.start_names)
            add("servers", self._broker.start_server)
        if self.mail is not None:
            add("servers", partial(self.mail.start, self.layout))

    def _start_service(self, name: str) -> Child:
        log = self.layout.log(name)
        log.unlink(missing_ok=True)
        return self._supervisor.add(
            "services", lambda: self._start(name, self.addresses, self._keys, log)
        )

    def _tell_when(self, name: str, since: float, wait: Callable[[], str]) -> None:
        with self._progress.step(name, since=since) as step:
            step.note = wait()

    def _wait_for_database(self) -> str:
        if "MONGODB_URI" not in self._environment:
            self._database.wait(self._signals)
            return f"{self._database.kind}, port {self._database.port}"
        if not database.answers(self.addresses.mongodb_uri):
            raise CannotGoOn("MONGODB_URI names a server that does not answer; start it, or unset")
        return "that of MONGODB_URI"

    def _wait_for_broker(self) -> str:
        if "AMQP_URI" not in self._environment:
            self._broker.wait(self._signals)
            return f"port {self._broker.ports.amqp}"
        if not broker.answers(self.addresses.amqp_uri):
            raise CannotGoOn("AMQP_URI names a broker that does not answer; start it, or unset it")
        return "that of AMQP_URI; give it the policies of deploy/rabbitmq/policies.json"

    def _wait_for_mail(self) -> str:
        if self.mail is None:
            return "that of SMTP_HOST"
        wait_until(self.mail.answers, "mail", within_s=MAIL_WITHIN_S, pause=self._signals)
        return f"caught, not delivered: {self.mail.url}"

    def _wait_for_service(self, name: str, child: Child) -> str:
        url = self.addresses.url(name)
        try:
            wait_until(
                lambda: services.is_ready(url),
                name,
                within_s=services.READY_WITHIN_S,
                is_alive=lambda: child.is_alive,
                pause=self._signals,
            )
        except CannotGoOn as error:
            raise CannotGoOn(f"{error}; its log ends:\n{child.last_lines()}") from None
        return url


@contextmanager
def only_one(layout: Layout) -> Iterator[None]:
    """Hold a folder for one running system.

    Raises:
        CannotGoOn: another one runs from it.

    """
    layout.base.mkdir(mode=0o700, parents=True, exist_ok=True)
    with layout.running.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotGoOn(
                f"the system already runs from {layout.base} (process {lock.read()}); "
                "end that one with Ctrl-C first"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
