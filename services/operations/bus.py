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
    parameters = _parameters(uri)
    try:
        connection = pika.BlockingConnection(parameters)
    except (AMQPError, OSError) as error:
        raise CannotReach(_why(error, parameters)) from None
    try:
        yield connection
    except AMQPError as error:
        raise CannotReach(f"{_why(error, parameters)} What was not done yet is left.") from None
    finally:
        if connection.is_open:
            connection.close()


def _parameters(uri: str) -> pika.URLParameters:
    try:
        parameters = pika.URLParameters(uri)
    except (ValueError, TypeError, IndexError):
        raise CannotReach(
            "AMQP_URI cannot be read: it looks like amqp://user:password@host:5672/vhost."
        ) from None
    parameters.heartbeat = HEARTBEAT_S
    parameters.connection_attempts = 1
    parameters.socket_timeout = parameters.stack_timeout = WITHIN_S
    parameters.blocked_connection_timeout = 2 * WITHIN_S
    parameters.client_properties = {"connection_name": "turning-the-page outreach"}
    return parameters


def _why(error: BaseException, at: pika.URLParameters) -> str:
    """Return why the bus cannot be used, without the password."""
    where = f"{at.host}:{at.port}"
    if isinstance(error, ProbableAuthenticationError | ProbableAccessDeniedError):
        return f"the bus at {where} does not let this user in: see AMQP_URI."
    if isinstance(error, ChannelClosedByBroker):
        rights = ": docs/dead-letters.md tells the rights it needs"
        return (
            f"the bus refused: {error.reply_text}{rights if error.reply_code == REFUSED else ''}."
        )
    return f"the bus at {where} does not answer ({type(error).__name__}): {START}."
