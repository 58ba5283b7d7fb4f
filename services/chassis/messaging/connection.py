"""A connection to the bus that is opened again whenever it is lost, in a thread of its own.

pika alone, no nameko: it runs the same in a real thread and in a green one.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pika
from pika.adapters.select_connection import SelectConnection

from services.chassis.logs import describe, get_logger
from services.chassis.metrics import Metrics

HEARTBEAT_S = 10
RETRY_FROM_S, RETRY_TO_S = 0.2, 2.0
_log = get_logger(__name__)

Step = Callable[[Callable[..., None]], Any]


class BusConnection:
    """Keeps one connection open; all its callbacks run in its own thread.

    Args:
        uri: where the bus is, with user and virtual host.
        purpose: `publish` or `consume`, for names and metrics.
        on_open: called with each newly opened connection.
        on_lost: called when it is gone; whatever was under way is not done.

    """

    def __init__(
        self,
        uri: str,
        purpose: str,
        metrics: Metrics,
        on_open: Callable[[SelectConnection], None],
        on_lost: Callable[[], None],
    ) -> None:
        self.purpose = purpose
        self._parameters = _parameters(uri, purpose)
        self._gauge = metrics.bus_connected.labels(purpose)
        self._on_open, self._on_lost = on_open, on_lost
        self._connection: SelectConnection | None = None
        self._stopping = threading.Event()
        self._delay = RETRY_FROM_S
        self._thread = threading.Thread(target=self._run, name=f"bus-{purpose}", daemon=True)

    def start(self) -> None:
        """Begin to connect, and go on until stopped."""
        self._thread.start()

    def stop(self, within_s: float = 2.0) -> None:
        """Close the connection; never waits for a bus that does not answer."""
        self._stopping.set()
        self.call(self._close)
        self._thread.join(within_s)

    def call(self, action: Callable[[], None]) -> None:
        """Run an action in the connection's thread; nothing happens if there is no connection."""
        connection = self._connection
        if connection is not None:
            connection.ioloop.add_callback_threadsafe(action)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Run an action in this thread after a while, if the connection is still the same."""
        connection = self._connection
        if connection is not None:
            connection.ioloop.call_later(seconds, action)

    def drop(self, reason: str) -> None:
        """Give up a connection that no longer answers; a new one follows. In its own thread."""
        if not self._stopping.is_set():
            _log.warning("bus_connection_dropped", purpose=self.purpose, reason=reason)
        connection = self._connection
        if connection is not None:
            connection.ioloop.stop()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._live_once()
            except Exception as error:
                _log.exception("bus_connection_failed", purpose=self.purpose, kind=describe(error))
            self._stopping.wait(self._delay * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
            self._delay = min(self._delay * 2, RETRY_TO_S)

    def _live_once(self) -> None:
        connection = SelectConnection(
            self._parameters,
            on_open_callback=self._opened,
            on_open_error_callback=self._gone,
            on_close_callback=self._gone,
        )
        self._connection = connection
        try:
            connection.ioloop.start()
        finally:
            self._connection = None
            self._gauge.set(0)
            self._on_lost()
            _let_go(connection)

    def _opened(self, connection: SelectConnection) -> None:
        self._delay = RETRY_FROM_S
        self._gauge.set(1)
        _log.info("bus_connected", purpose=self.purpose)
        self._on_open(connection)

    def _gone(self, connection: SelectConnection, reason: Any) -> None:
        if not self._stopping.is_set():
            _log.warning("bus_unreachable", purpose=self.purpose, reason=type(reason).__name__)
        connection.ioloop.stop()

    def _close(self) -> None:
        connection = self._connection
        if connection is not None and connection.is_open:
            connection.close()
        elif connection is not None:
            connection.ioloop.stop()


def in_order(steps: Iterable[Step], then: Callable[[], None]) -> None:
    """Run steps that each take a callback, one after the other; then `then`."""
    waiting = iter(steps)

    def proceed(*_: Any) -> None:
        step = next(waiting, None)
        if step is None:
            then()
        else:
            step(proceed)

    proceed()


def close_reason(reason: Any) -> tuple[int, str]:
    """Return the broker's code and text for a closed channel (0 when it was us or the line)."""
    code = getattr(reason, "reply_code", 0)
    return int(code or 0), str(getattr(reason, "reply_text", type(reason).__name__))


def _parameters(uri: str, purpose: str) -> pika.URLParameters:
    parameters = pika.URLParameters(uri)
    parameters.heartbeat = HEARTBEAT_S
    parameters.connection_attempts = 1
    parameters.socket_timeout = 3
    parameters.stack_timeout = 5
    parameters.client_properties = {"connection_name": f"turning-the-page {purpose}"}
    parameters.tcp_options = {"TCP_KEEPIDLE": 5, "TCP_KEEPINTVL": 2, "TCP_KEEPCNT": 3}
    return parameters


def _let_go(connection: SelectConnection) -> None:
    """Close the socket that a dropped connection may still hold.

    pika's own way is to ask its loop, which has ended. Left open, the line looks well to the
    broker, which then keeps what it has delivered here until heartbeats are missed.
    """
    transport = getattr(connection, "_transport", None)
    line = getattr(transport, "_sock", None)
    if line is not None:
        line.close()
    connection.ioloop.close()
