"""The HTTP door: who is told when, area by area."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from marshmallow import ValidationError

from services.chassis.auth import CASEWORKERS, MANAGERS
from services.chassis.web.entrypoint import Request, door
from services.chassis.web.problems import Problem, Refused
from services.contracts.vocabulary import CODE
from services.notifications.domain import errors
from services.notifications.domain.escalation import Kind
from services.notifications.repository import AreaPolicies
from services.notifications.schemas import policies as schemas
from services.notifications.usecases import policies as usecases

REFUSALS: Mapping[type[Exception], HTTPStatus] = {
    errors.AreaNotYours: HTTPStatus.FORBIDDEN,
    errors.PolicyChanged: HTTPStatus.CONFLICT,
}
_NO_AREA = Problem(HTTPStatus.NOT_FOUND, "not-found", "There is no such area.")
_NO_KIND = Problem(HTTPStatus.NOT_FOUND, "not-found", "There is no such kind of alert.")


class PolicyDoors:
    """What managers decide of the ladders of their areas."""

    parts: Any

    @door(
        "GET",
        "/policies",
        roles=CASEWORKERS,
        query=schemas.PoliciesQuery,
        answer=schemas.PolicyList,
        summary="Read who is told when in an area, for each kind of alert.",
    )
    def read_policies(self, request: Request) -> Any:
        """Return the area's own policies, or the default."""
        found = usecases.read_policies(
            _policies(self.parts, request),
            self.parts.default_policies,
            request.query["area"],
            request.principal.areas,
        )
        return {"items": found}

    @door(
        "PUT",
        "/policies/<area>/<kind>",
        roles=MANAGERS,
        body=schemas.SavePolicy,
        answer=schemas.PolicyView,
        summary="Decide who is told when in an area; alerts that are open keep their own ladder.",
    )
    def save_policy(self, request: Request) -> Any:
        """Return the version that was made."""
        made_from, draft = request.body
        try:
            return usecases.save_policy(
                _policies(self.parts, request),
                self.parts.default_policies,
                draft,
                area=_area(request),
                kind=_kind(request),
                made_from=made_from,
                areas=request.principal.areas,
                by=request.principal.id,
                at=request.at,
            )
        except errors.PolicyUnfit as unfit:
            raise schemas.refused(unfit.faults) from None

    @door(
        "GET",
        "/policies/<area>/<kind>/versions",
        roles=CASEWORKERS,
        answer=schemas.PolicyList,
        summary="List the versions that an area has saved: who decided what, and when.",
    )
    def list_versions(self, request: Request) -> Any:
        """Return what an area has saved, the newest first."""
        found = usecases.list_versions(
            _policies(self.parts, request),
            _area(request),
            _kind(request),
            request.principal.areas,
        )
        return {"items": found}


def _policies(parts: Any, request: Request) -> AreaPolicies:
    policies: AreaPolicies = parts.area_policies.under(request.context)
    return policies


def _area(request: Request) -> str:
    try:
        return str(CODE(request.path["area"]))
    except ValidationError:
        raise Refused(_NO_AREA) from None


def _kind(request: Request) -> Kind:
    try:
        return Kind(request.path["kind"])
    except ValueError:
        raise Refused(_NO_KIND) from None
