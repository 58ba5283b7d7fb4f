"""The HTTP door: alerts for caseworkers of the area, and for the portal's live stream."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from services.chassis.auth import CASEWORKERS, THE_PORTAL
from services.chassis.context import fresh_context
from services.chassis.web.entrypoint import Request, door
from services.notifications.domain import errors
from services.notifications.repository import Alerts
from services.notifications.schemas import alerts as schemas
from services.notifications.usecases import alerting, delivering

REFUSALS: Mapping[type[Exception], HTTPStatus] = {
    errors.AlertAlreadyAcknowledged: HTTPStatus.CONFLICT,
    errors.AlertAlreadyResolved: HTTPStatus.CONFLICT,
    errors.AlertNotAcknowledged: HTTPStatus.CONFLICT,
    errors.AlertWithoutAction: HTTPStatus.CONFLICT,
    errors.ActionNeedsNote: HTTPStatus.UNPROCESSABLE_ENTITY,
}
INBOX = "inbox"


class AlertDoors:
    """What people do with alerts."""

    parts: Any

    @door(
        "GET",
        "/alerts",
        roles=CASEWORKERS,
        query=schemas.AlertsQuery,
        answer=schemas.AlertList,
        reads_case=True,
        summary="List alerts for you, newest first; all of your areas for managers, or of a case.",
    )
    def list_alerts(self, request: Request) -> Any:
        """Return a page of alerts."""
        asked, alerts = request.query, _alerts(self.parts, request)
        paging = {"after": asked["after"], "limit": asked["limit"]}
        only_open = asked["state"] == "open"
        if asked["case"] is None:
            return alerts.listed(only_open=only_open, **paging)
        return alerts.of_case(asked["case"], only_open=only_open, **paging)

    @door(
        "GET",
        "/alerts/changes",
        roles=CASEWORKERS,
        query=schemas.ChangesQuery,
        answer=schemas.AlertList,
        public=False,
        summary="List alerts of your areas by when they last changed, oldest change first.",
    )
    def list_changes(self, request: Request) -> Any:
        """Return a page of changed alerts; those at `since` itself are among them."""
        asked = request.query
        return _alerts(self.parts, request).changed_since(
            asked["since"], after=asked["after"], limit=asked["limit"]
        )

    @door(
        "GET",
        "/alerts/<reference>",
        roles=CASEWORKERS,
        answer=schemas.AlertView,
        reads_case=True,
        summary="Read an alert: what it is about, who has it, what was done.",
    )
    def read_alert(self, request: Request) -> Any:
        """Return one alert with the notes of its actions."""
        unseal = self.parts.notes.unseal
        return alerting.read_alert(_alerts(self.parts, request), unseal, request.path["reference"])

    @door(
        "POST",
        "/alerts/<reference>/acknowledgements",
        roles=CASEWORKERS,
        answer=schemas.AlertView,
        summary="Take an alert on; its steps stop until the acknowledgement expires.",
    )
    def acknowledge_alert(self, request: Request) -> Any:
        """Return the alert as it now is."""
        return alerting.acknowledge_alert(
            _alerts(self.parts, request),
            request.path["reference"],
            by=request.principal.id,
            at=request.at,
        )

    @door(
        "POST",
        "/alerts/<reference>/actions",
        roles=CASEWORKERS,
        body=schemas.RecordAction,
        answer=schemas.AlertView,
        summary="Record what was done about an alert.",
    )
    def record_action(self, request: Request) -> Any:
        """Return the alert as it now is."""
        return alerting.record_action(
            _alerts(self.parts, request),
            self.parts.notes.seal,
            request.path["reference"],
            request.body["kind"],
            request.body["note"],
            by=request.principal.id,
            at=request.at,
        )

    @door(
        "POST",
        "/alerts/<reference>/resolution",
        roles=CASEWORKERS,
        body=schemas.ResolveAlert,
        answer=schemas.AlertView,
        summary="End an alert with what came of it.",
    )
    def resolve_alert(self, request: Request) -> Any:
        """Return the alert as it now is."""
        return alerting.resolve_alert(
            _alerts(self.parts, request),
            request.path["reference"],
            request.body["outcome"],
            by=request.principal.id,
            at=request.at,
        )

    @door(
        "POST",
        "/alerts/deliveries",
        roles=THE_PORTAL,
        body=schemas.RecordDeliveries,
        answer=schemas.DeliveriesRecorded,
        public=False,
        summary="Record to whom alerts were shown in an open inbox.",
    )
    def record_deliveries(self, request: Request) -> Any:
        """Return the references that nothing has; all others are recorded."""
        # The portal says what it has shown, so alerts are not limited to what it may see.
        alerts = self.parts.alerts.under(fresh_context())
        shown = [(each["alert"], each["people"]) for each in request.body["shown"]]
        missed = delivering.deliver_alerts(alerts, shown, channel=INBOX, at=request.at)
        return {"not_found": missed}


def _alerts(parts: Any, request: Request) -> Alerts:
    alerts: Alerts = parts.alerts.under(request.context)
    return alerts
