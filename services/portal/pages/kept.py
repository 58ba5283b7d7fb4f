"""The refusals after which a page comes back with what was typed, for another try."""

from __future__ import annotations

from http import HTTPStatus

KEPT_ON_PAGE = frozenset(
    {
        HTTPStatus.FORBIDDEN,
        HTTPStatus.CONFLICT,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
