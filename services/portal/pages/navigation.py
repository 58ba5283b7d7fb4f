"""Where somebody can go: her role decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.chassis.auth import Role
from services.portal.pages.languages import noted as _n

AGENCY = (Role.AGENCY_WORKER, Role.AGENCY_ADMIN)
STAFF = (Role.PRACTITIONER, Role.MANAGER, Role.DUTY_MANAGER)
LEADS = (Role.MANAGER, Role.DUTY_MANAGER)
REFERRERS = (*AGENCY, Role.PRACTITIONER, Role.MANAGER)

_PLACES = (
    ("/inbox", _n("Alerts"), STAFF),
    ("/cases", _n("Cases"), STAFF),
    ("/referrals", _n("Referrals"), (*AGENCY, *STAFF)),
    ("/refer", _n("Refer a woman"), REFERRERS),
    ("/team", _n("Team"), LEADS),
    ("/account", _n("Account"), tuple(Role)),
)


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation, with its name to be translated."""

    path: str
    name: str
    is_here: bool


def navigation_of(person: Any | None, path: str) -> list[Place]:
    """Return the places open to a person; nobody who is signed out is shown any."""
    if person is None:
        return []
    return [
        Place(place, name, path == place or path.startswith(f"{place}/"))
        for place, name, roles in _PLACES
        if person.role in roles
    ]


def start_of(person: Any) -> str:
    """Return where somebody begins after signing in."""
    return navigation_of(person, "")[0].path
