"""The door behind the links in messages; the portal comes here for whoever holds one."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from services.chassis.auth import THE_PORTAL
from services.chassis.context import fresh_context
from services.chassis.web.entrypoint import Request, door
from services.notifications.domain import errors, links
from services.notifications.schemas import notices as schemas
from services.notifications.usecases import answering

REFUSALS: Mapping[type[Exception], HTTPStatus] = {
    errors.LinkOver: HTTPStatus.GONE,
    links.LinkUnknown: HTTPStatus.NOT_FOUND,
}


class LinkDoors:
    """Seeing what a link is about, and answering by it."""

    parts: Any

    @door(
        "GET",
        "/links/<token>",
        roles=THE_PORTAL,
        answer=schemas.LinkView,
        public=False,
        summary="Show what a link in a message is about; nothing changes by it.",
    )
    def open_link(self, request: Request) -> Any:
        """Return the alert in the few words that the message had."""
        return answering.open_link(*self._kept(request))

    @door(
        "POST",
        "/links/<token>/acknowledgement",
        roles=THE_PORTAL,
        answer=schemas.LinkView,
        public=False,
        summary="Take the alert of a link on, in the name of the person it was sent to.",
    )
    def answer_link(self, request: Request) -> Any:
        """Return the alert as it now is."""
        return answering.answer(*self._kept(request), at=request.at)

    def _kept(self, request: Request) -> Any:
        # The link proves who asks, so alerts are not limited to what the portal may see.
        parts, context = self.parts, fresh_context()
        notice_id = parts.links.notice_id(request.path["token"])
        return parts.notices.under(context), parts.alerts.under(context), parts.directory, notice_id
