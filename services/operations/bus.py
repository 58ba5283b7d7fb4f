"""The bus as a command needs it: one connection, and one sentence when it cannot be had."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pika
from pika.exceptions import (
    AMQPError,
    ChannelClosedByBroker,
    ProbableAccessDeniedError,
    ProbableAuthenticationError,
)

from services.operations.refusals import CannotReach
from services.operations.settings import START

REFUSED = 403
HEARTBEAT_S = 30
WITHIN_S = 5.0


@contextmanager
def bus(uri: str) -> Iterator[pika.BlockingConnection]:
    """Hold a connection for the length of a command.

    Raises:
        CannotReach: it cannot be had, or was lost on the way; the sentence says what to do.

    """
    at = parameters(uri)
    try:
        connection = pika.BlockingConnection(at)
    except (AMQPError, OSError) as error:
        raise CannotReach(_why(error, at)) from None
    try:
        yield connection
    except AMQPError as error:
        raise CannotReach(f"{_why(error, at)} What was not done yet is left.") from None
    finally:
        if connection.is_open:
            connection.close()


def parameters(uri: str) -> pika.URLParameters:
    """Return how to connect.

    Raises:
        CannotReach: the URI cannot be read.

    """
    try:
        at = pika.URLParameters(uri)
    except (ValueError, TypeError, IndexError):
        raise CannotReach(
            "AMQP_URI cannot be read: it looks like amqp://user:password@host:5672/vhost."
        ) from None
    at.heartbeat = HEARTBEAT_S
    at.connection_attempts = 1
    at.socket_timeout = at.stack_timeout = WITHIN_S
    at.blocked_connection_timeout = 2 * WITHIN_S
    at.client_properties = {"connection_name": "turning-the-page outreach"}
    return at


def _why(error: BaseException, at: pika.URLParameters) -> str:
    """Return why the bus cannot be used, without the password."""
    where = f"{at.host}:{at.port}"
    if isinstance(error, ProbableAccessDeniedError):
        host = f"virtual host {at.virtual_host}"
        return (
            f"the bus at {where} does not let this user into {host}, if it is there: see AMQP_URI."
        )
    if isinstance(error, ProbableAuthenticationError):
        return f"the bus at {where} does not let this user in: see AMQP_URI."
    if isinstance(error, ChannelClosedByBroker):
        rights = ": docs/dead-letters.md tells the rights it needs"
        return (
            f"the bus refused: {error.reply_text}{rights if error.reply_code == REFUSED else ''}."
        )
    return f"the bus at {where} does not answer ({type(error).__name__}): {START}."
