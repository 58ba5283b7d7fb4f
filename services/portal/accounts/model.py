"""People, partner agencies and their API keys, as the rest of the portal sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.chassis.auth import Principal, Role

LOCALES = ("en", "ro", "it", "hu")


class Scope(StrEnum):
    """What an API key may be used for."""

    REFERRALS_WRITE = "referrals:write"
    REFERRALS_READ = "referrals:read"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in; `csrf` is the token that her forms must carry."""

    id: str
    email: str
    display_name: str
    role: Role
    agency_id: str | None
    areas: tuple[str, ...]
    teams: tuple[str, ...]
    locale: str
    time_zone: str | None
    session_id: str
    csrf: str

    def principal(self, trace: str) -> Principal:
        """Return her as the services know her, within one trace."""
        return Principal(self.id, self.role, self.agency_id, self.areas, self.teams, trace)


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """A partner system that showed a good API key."""

    key_id: str
    agency_id: str
    areas: tuple[str, ...]
    scopes: frozenset[Scope]

    @property
    def id(self) -> str:
        """Return how it appears in logs and records."""
        return f"key:{self.key_id}"

    def principal(self, trace: str) -> Principal:
        """Return it as the services know it: a worker of its agency."""
        return Principal(self.id, Role.AGENCY_WORKER, self.agency_id, self.areas, (), trace)


@dataclass(frozen=True, slots=True)
class SignIn:
    """A new session: the token goes into the cookie and is kept nowhere else.

    `device` is the token by which this device is known from now on.
    """

    token: str
    person: Person
    device: str


class SignInRefused(Exception):
    """E-mail and password do not belong together; which of the two is not said."""


class LockedOut(Exception):
    """Too many sign-ins failed: none is tried before `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__("too many failed sign-ins")
        self.until = until


class KeyRefused(Exception):
    """The API key is unknown, wrong, revoked or expired; the message says which."""


class TooManyKeys(Exception):
    """An agency already has two keys alive, which is what changing from one to the next takes."""


class AccountTaken(Exception):
    """There is an account with this id or e-mail address already."""
