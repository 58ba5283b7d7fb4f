"""What was sent to whom, test messages, and handing an alert to a colleague."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from services.chassis.auth import CASEWORKERS, MANAGERS
from services.chassis.ids import derived_id
from services.chassis.web.entrypoint import Request, door
from services.notifications.domain import errors
from services.notifications.schemas import notices as schemas
from services.notifications.schemas.alerts import AlertView
from services.notifications.usecases import alerting, calling

REFUSALS: Mapping[type[Exception], HTTPStatus] = {
    errors.AlertNotYours: HTTPStatus.CONFLICT,
    errors.NobodyThere: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TestedJustNow: HTTPStatus.TOO_MANY_REQUESTS,
}


class NoticeDoors:
    """Messages outside the inbox, as people see them."""

    parts: Any

    @door(
        "GET",
        "/notices",
        roles=CASEWORKERS,
        query=schemas.NoticesQuery,
        answer=schemas.NoticeList,
        public=False,
        summary="List what was sent to you, newest first.",
    )
    def list_own_notices(self, request: Request) -> Any:
        """Return a page of notices."""
        notices = self.parts.notices.under(request.context)
        return notices.of_person(request.principal.id, **request.query)

    @door(
        "GET",
        "/alerts/<reference>/notices",
        roles=MANAGERS,
        query=schemas.NoticesQuery,
        answer=schemas.NoticeList,
        public=False,
        summary="List to whom an alert was sent, by which channel, and what became of it.",
    )
    def list_notices_of_alert(self, request: Request) -> Any:
        """Return a page of notices of an alert that the manager may see."""
        alert = self.parts.alerts.under(request.context).load(request.path["reference"])
        return self.parts.notices.of_alert(alert.reference, **request.query)

    @door(
        "POST",
        "/notices/tests",
        roles=CASEWORKERS,
        answer=schemas.TestsSent,
        status=202,
        public=False,
        summary="Send a test message to each of your addresses.",
    )
    def send_tests(self, request: Request) -> Any:
        """Return how many are on their way; each address is tried once within five minutes."""
        parts = self.parts
        people = parts.directory.of_ids([request.principal.id])
        kept, mark = parts.notices, parts.links.mark
        made = calling.call_on_trial(kept, people, derived_id, mark, at=request.at)
        return {"sent": len(made)}

    @door(
        "POST",
        "/alerts/<reference>/handover",
        roles=CASEWORKERS,
        body=schemas.HandOver,
        answer=AlertView,
        summary="Ask a colleague to take over an alert that you have taken on.",
    )
    def hand_over(self, request: Request) -> Any:
        """Return the alert, which nobody has until the colleague takes it on."""
        to = request.body["to"]
        alerts = self.parts.alerts.under(request.context)
        alert = alerts.load(request.path["reference"])
        alerting.refuse_strangers(self.parts.directory, to, alert.area)
        return alerting.hand_over(alerts, alert.id, to, by=request.principal.id, at=request.at)
