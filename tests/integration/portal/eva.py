"""Eva, who has an account, and a clock that tests turn on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.auth import Role
from services.portal.accounts import Accounts, NewPerson, SignInRefused

EMAIL, PASSWORD = "eva@example.org", "a long enough password"
EVA = NewPerson(email=EMAIL, display_name="Eva", role=Role.PRACTITIONER, areas=("cluj",))


@dataclass
class Clock:
    """A clock that a test turns on."""

    now: datetime = datetime(2026, 3, 1, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


async def fail(accounts: Accounts, times: int, device: str = "") -> None:
    """Give a wrong password so many times."""
    for _ in range(times):
        with pytest.raises(SignInRefused):
            await accounts.sign_in(EMAIL, "wrong", device=device)
