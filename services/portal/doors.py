"""The table of the public API: every door, who may use it, and which service is behind it.

The paths are the services' own, under `/api/v1`. What a door takes and gives is told by the
services themselves (`deploy/openapi.py` reads it there).
"""

from __future__ import annotations

from dataclasses import dataclass

from services.chassis.auth import AGENCY, CASEWORKERS, MANAGERS, Role
from services.portal.access import Allowed
from services.portal.accounts import Scope

PREFIX = "/api/v1"
_SUBMIT = Allowed(AGENCY | {Role.PRACTITIONER, Role.MANAGER}, Scope.REFERRALS_WRITE)
_READ = Allowed(AGENCY | CASEWORKERS, Scope.REFERRALS_READ)
_DECIDE = Allowed(AGENCY | CASEWORKERS, Scope.REFERRALS_WRITE)
_CASEWORK = Allowed(CASEWORKERS)
_MANAGE = Allowed(MANAGERS)


@dataclass(frozen=True, slots=True)
class PublicDoor:
    """One method and path of the public API and the service that answers it."""

    method: str
    path: str
    service: str
    allowed: Allowed


DOORS: tuple[PublicDoor, ...] = (
    PublicDoor("POST", "/referrals", "referrals", _SUBMIT),
    PublicDoor("GET", "/referrals", "referrals", _READ),
    PublicDoor("GET", "/referrals/{reference}", "referrals", _READ),
    PublicDoor("POST", "/referrals/{reference}/decisions", "referrals", _DECIDE),
    PublicDoor("GET", "/cases/{reference}/client", "referrals", _CASEWORK),
    PublicDoor("GET", "/cases/{reference}/assessments", "risk", _CASEWORK),
    PublicDoor("POST", "/cases/{reference}/assessments", "risk", _CASEWORK),
    PublicDoor("GET", "/cases", "sessions", _CASEWORK),
    PublicDoor("GET", "/cases/{reference}/sessions", "sessions", _CASEWORK),
    PublicDoor("POST", "/cases/{reference}/sessions", "sessions", _CASEWORK),
    PublicDoor("GET", "/cases/{reference}/timeline", "sessions", _CASEWORK),
    PublicDoor("POST", "/cases/{reference}/allocation", "sessions", _MANAGE),
    PublicDoor("POST", "/cases/{reference}/closure", "sessions", _CASEWORK),
    PublicDoor("GET", "/alerts", "notifications", _CASEWORK),
    PublicDoor("GET", "/alerts/{reference}", "notifications", _CASEWORK),
    PublicDoor("POST", "/alerts/{reference}/acknowledgements", "notifications", _CASEWORK),
    PublicDoor("POST", "/alerts/{reference}/actions", "notifications", _CASEWORK),
    PublicDoor("POST", "/alerts/{reference}/resolution", "notifications", _CASEWORK),
    PublicDoor("POST", "/alerts/{reference}/handover", "notifications", _CASEWORK),
    PublicDoor("GET", "/responders", "notifications", _MANAGE),
    PublicDoor("GET", "/responders/me", "notifications", _CASEWORK),
    PublicDoor("PUT", "/responders/me/methods", "notifications", _CASEWORK),
    PublicDoor("PUT", "/responders/me/preferences", "notifications", _CASEWORK),
    PublicDoor("GET", "/policies", "notifications", _CASEWORK),
    PublicDoor("PUT", "/policies/{area}/{kind}", "notifications", _MANAGE),
    PublicDoor("GET", "/policies/{area}/{kind}/versions", "notifications", _CASEWORK),
)
