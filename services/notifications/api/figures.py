"""Figures for managers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.chassis.auth import MANAGERS
from services.chassis.web.entrypoint import Request, door
from services.notifications.domain.escalation import Kind
from services.notifications.domain.figures import figures
from services.notifications.schemas import figures as schemas


class FigureDoors:
    """How soon alerts are answered."""

    parts: Any

    @door(
        "GET",
        "/figures",
        roles=MANAGERS,
        query=schemas.FiguresQuery,
        answer=schemas.FiguresView,
        public=False,
        summary="Show how soon alerts of an area were taken on and acted on, and which are open.",
    )
    def show_figures(self, request: Request) -> Any:
        """Return the figures of each kind of alert; of an area that is not hers, of nothing."""
        area, at = request.query["area"], request.at
        since = at - timedelta(days=request.query["days"])
        alerts = self.parts.alerts.under(request.context)
        courses, open_now = alerts.courses(area, since), alerts.open_courses(area)
        kinds = [figures(courses, open_now, kind, at=at) for kind in Kind]
        return {"area": area, "since": since, "kinds": kinds}
