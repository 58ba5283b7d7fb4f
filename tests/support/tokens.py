"""Internal tokens as the portal would issue them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from deploy.local.keys import Keys
from services.chassis import clock
from services.chassis.auth import Principal, Role, issue, read_private_key

TRACE = "0af7651916cd43dd8448eb211c80319c"
SOMEBODY = "person-1"


class Tokens:
    """Issues tokens that the services of a stack with the same keys accept."""

    def __init__(self, keys: Keys, now: Callable[[], datetime] = clock.now) -> None:
        self._now = now
        self._key = read_private_key(keys.token_private.read_bytes())

    def issue(
        self,
        *,
        role: Role | str,
        audience: str,
        area: str | tuple[str, ...] = "*",
        agency_id: str | None = None,
        id: str = SOMEBODY,
        teams: tuple[str, ...] = (),
    ) -> str:
        """Return a token for one service (`audience`), good for a minute from now."""
        areas = (area,) if isinstance(area, str) else area
        principal = Principal(id, Role(role), agency_id, areas, teams, TRACE)
        return issue(principal, audience=audience, key=self._key, now=self._now())

    def headers(
        self,
        *,
        role: Role | str,
        audience: str,
        area: str | tuple[str, ...] = "*",
        agency_id: str | None = None,
        id: str = SOMEBODY,
    ) -> dict[str, str]:
        """Return the headers of a request with such a token."""
        token = self.issue(role=role, audience=audience, area=area, agency_id=agency_id, id=id)
        return {"Authorization": f"Bearer {token}"}
