"""JSON logs, one object a line, with trace and case ids and nothing that identifies anybody."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

import structlog

from services.chassis.traceparent import current_traceparent, trace_id

SPEAKING_ERRORS: tuple[str, ...] = ("OSError", "AMQPError", "PyMongoError", "SafeMessage")


class SafeMessage(Exception):
    """An error whose text is written by us and holds nothing identifying: it may be logged."""


def configure(service: str, level: str = "INFO") -> None:
    """Send everything logged by this process to standard output as JSON lines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_service(service),
        _with_trace,
        _describe_exception,
    ]
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    _quieten()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def note_beside_output() -> None:
    """Send what a command notes in passing to standard error: its output is its answer."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))


def get_logger(name: str) -> Any:
    """Return a logger that takes an event name and fields: `log.info("alert_raised", level=1)`."""
    return structlog.get_logger(name)


def _quieten() -> None:
    """Libraries tell of trouble only; their notes may quote what passes through them."""
    for name in ("pika", "pymongo", "nameko", "httpx", "httpcore", "amqp", "kombu", "uvicorn"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in (
        "nameko.containers",
        "nameko.web.server",
        "pika",
        "uvicorn.access",
        "urllib3",
        "notifications_python_client",
        "opentelemetry",
    ):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _with_service(service: str) -> Any:
    def add_service(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
        event["service"] = service
        return event

    return add_service


def _with_trace(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    if trace := trace_id(current_traceparent()):
        event["trace_id"] = trace
    return event


def _describe_exception(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Replace an exception by its type and frames; its text only where it cannot identify."""
    found = event.pop("exc_info", None)
    error = sys.exc_info()[1] if found is True else found
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["error"] = describe(error)
        frames = traceback.extract_tb(error.__traceback__)[-8:]
        event["frames"] = [
            f"{f.filename.split('/services/')[-1]}:{f.lineno} {f.name}" for f in frames
        ]
    return event


def describe(error: BaseException) -> str:
    """Return the type of an error, with its text where that cannot identify anybody."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if kinds & set(SPEAKING_ERRORS) and "DuplicateKeyError" not in kinds:
        return f"{type(error).__name__}: {error}"
    return type(error).__name__
