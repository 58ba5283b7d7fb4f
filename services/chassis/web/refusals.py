"""From an error to the problem that a caller is told: one table for all services."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from pymongo.errors import PyMongoError

from services.chassis.auth import Unauthenticated
from services.chassis.crypto import Erased
from services.chassis.ids import BadReference
from services.chassis.storage.paging import BadCursor
from services.chassis.storage.refusals import Contended, KeyReused, NewerForm, NotFound, Taken
from services.chassis.web.problems import Problem, Refused, slug_of

Refusals = Mapping[type[Exception], HTTPStatus]

_CHASSIS: Refusals = {
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    NotFound: HTTPStatus.NOT_FOUND,
    BadReference: HTTPStatus.NOT_FOUND,
    BadCursor: HTTPStatus.BAD_REQUEST,
    Erased: HTTPStatus.GONE,
    Taken: HTTPStatus.CONFLICT,
    KeyReused: HTTPStatus.CONFLICT,
    Contended: HTTPStatus.SERVICE_UNAVAILABLE,
    NewerForm: HTTPStatus.SERVICE_UNAVAILABLE,
}


def problem_of(error: Exception, refusals: Refusals) -> Problem:
    """Return the problem for an error; what no table knows is ours, and tells nothing."""
    if isinstance(error, Refused):
        return error.problem
    for kind, status in {**_CHASSIS, **refusals}.items():
        if isinstance(error, kind):
            return Problem(status, slug_of(error), _sentence(str(error)))
    if isinstance(error, PyMongoError):
        detail = "The database does not answer. Nothing is lost: send the same again in a moment."
        headers = {"Retry-After": "2"}
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", detail, headers=headers)
    detail = "Something went wrong here, not with what you sent. Quote the trace if you ask us."
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error", detail)


def _sentence(text: str) -> str:
    """Return the text as a sentence."""
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""
