"""People to test with."""

from __future__ import annotations

from typing import Any

from services.chassis.auth import Role
from services.portal.accounts import Person

ANA = Person(
    id="ana",
    email="ana@example.org",
    display_name="Ana",
    role=Role.PRACTITIONER,
    agency_id=None,
    areas=("cluj",),
    teams=(),
    locale="ro",
    time_zone=None,
    session_id="session-of-ana",
    csrf="token-of-ana",
)


def somebody(**differences: Any) -> Person:
    """Return a practitioner of Cluj who differs from Ana in this."""
    known = {name: getattr(ANA, name) for name in ANA.__dataclass_fields__}
    return Person(**known | differences)
