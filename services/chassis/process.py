"""One nameko process from start to stop: built in order, ended in time, whatever is broken."""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from functools import partial
from importlib import import_module
from typing import Any

import eventlet
from eventlet.event import Event
from eventlet.semaphore import Semaphore
from nameko.containers import ServiceContainer
from pymongo.errors import PyMongoError

from services.chassis import clock, failpoints, logs
from services.chassis.auth import read_public_key
from services.chassis.crypto import Vault
from services.chassis.health import SHOW_EVERY_S, Health
from services.chassis.jobs import AtOnce
from services.chassis.keyring import KeyFile
from services.chassis.logs import describe, get_logger
from services.chassis.messaging.consume import Hears
from services.chassis.messaging.hearers import hearers_of
from services.chassis.messaging.relay import Relay
from services.chassis.metrics import Metrics
from services.chassis.runtime import Runtime
from services.chassis.settings import Settings, read_settings
from services.chassis.storage.access_log import AccessLog
from services.chassis.storage.faults import count_fault
from services.chassis.storage.mongo import connect, open_database
from services.chassis.storage.probe import examine
from services.chassis.storage.restore_mark import refuse_half_restored
from services.chassis.timing import Every
from services.chassis.tracing import tracing_of
from services.chassis.web.entrypoint import Door

DRAIN_S = 10
HARD_STOP_S = 13
TIMER_PLACES = 8
JOB_PLACES = 200
_KINDS = {
    "api": (Door,),
    "worker": (Hears, Every, AtOnce),
    "all": (Door, Hears, Every, AtOnce),
}
_log = get_logger(__name__)


class Container(ServiceContainer):  # type: ignore[misc]  # nameko has no types
    """nameko's container with this process's role, parts at hand and a way to end it."""

    def __init__(self, service_cls: type, runtime: Runtime) -> None:
        settings = runtime.settings
        # Events and HTTP share the places among them; timers and jobs must never wait for one.
        places = settings.workers + TIMER_PLACES + JOB_PLACES
        super().__init__(service_cls, {"max_workers": places})
        kinds = _KINDS[settings.role]
        self.entrypoints.intersection_update(
            [entrypoint for entrypoint in self.entrypoints if isinstance(entrypoint, kinds)]
        )
        self.runtime = runtime
        self.http_places = Semaphore(max(settings.workers - settings.prefetch, 1))
        self.token_key = read_public_key(settings.token_public_key.read_bytes())
        self.access_log = AccessLog(runtime.database)
        self.health = Health(
            role=settings.role,
            ping=partial(_ping, runtime),
            oldest_outbox_at=lambda: runtime.relay.oldest_at,
            now=runtime.now,
        )

    def end_with(self, message: str) -> None:
        """End the process with a sentence: going on would only hide what is wrong."""
        _log.critical("stopped", reason=message)
        sys.stderr.write(f"{message}\n")
        sys.stdout.flush()
        os._exit(os.EX_CONFIG)


def serve(target: str, role: str) -> None:
    """Run a service class (`package.module:Class`) until SIGTERM or SIGINT."""
    service_cls = _class_at(target)
    settings = read_settings(service_cls.name, role)
    logs.configure(settings.service, settings.log_level)
    failpoints.arm(settings.fail_at)
    runtime = _build(settings)
    container = _open(service_cls, runtime)
    told = _await_signals()
    runtime.relay.start()
    container.start()
    eventlet.spawn_n(_show_readiness, container)
    _log.info("serving", role=role, port=settings.http_port)
    _wait(container, told)
    _stop(container, runtime)


def _show_readiness(container: Container) -> None:
    while True:
        container.health.show(container.runtime.metrics.ready)
        eventlet.sleep(SHOW_EVERY_S)


def _ping(runtime: Runtime) -> None:
    try:
        runtime.database.command("ping")
    except PyMongoError as error:
        count_fault(runtime.metrics, error)
        raise


def _class_at(target: str) -> Any:
    module, _, name = target.partition(":")
    return getattr(import_module(module), name)


def _build(settings: Settings) -> Runtime:
    metrics = Metrics(settings.service)
    client = connect(settings)
    database = open_database(client, settings)
    lease = timedelta(seconds=settings.outbox_lease_s)
    hearers = hearers_of(settings.service)
    tracing = tracing_of(settings.service, settings.collector, metrics)
    return Runtime(
        service=settings.service,
        settings=settings,
        client=client,
        database=database,
        vault=Vault(client, database.name, KeyFile(settings.vault_key)),
        relay=Relay(settings.amqp_uri, settings.service, metrics, lease, hearers, tracing),
        metrics=metrics,
        now=clock.now,
        tracing=tracing,
    )


def _open(service_cls: Any, runtime: Runtime) -> Container:
    """Wait for the database, however long it takes, and make it ready."""
    while True:
        try:
            refuse_half_restored(runtime.database)
            examine(runtime.database, runtime.service, is_production=runtime.settings.is_production)
            runtime.vault.ensure_index()
            container = Container(service_cls, runtime)
            container.access_log.ensure_indexes()
        except PyMongoError as error:
            _log.warning("waiting_for_the_database", kind=describe(error))
            eventlet.sleep(1)
        else:
            return container


def _await_signals() -> Event:
    """Return an event that is sent at SIGTERM or SIGINT."""
    told = Event()

    def tell(*_: Any) -> None:
        if not told.ready():
            eventlet.hubs.get_hub().schedule_call_global(0, told.send, "stop")

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, tell)
    return told


def _wait(container: Container, told: Event) -> None:
    """Return at a signal; end the process at once if the container dies of itself."""

    def watch() -> None:
        try:
            container.wait()
        except Exception as error:
            _log.exception("container_died")
            container.end_with(f"the service died of {describe(error)}; see its log")

    eventlet.spawn_n(watch)
    told.wait()


def _stop(container: Container, runtime: Runtime) -> None:
    """Drain for ten seconds, then go, with or without the bus and the database."""
    signal.alarm(HARD_STOP_S)
    _log.info("stopping")
    with eventlet.Timeout(DRAIN_S, exception=False):
        container.stop()
        runtime.relay.stop()
        runtime.tracing.stop()
    _log.info("stopped")
    sys.stdout.flush()
    os._exit(os.EX_OK)
