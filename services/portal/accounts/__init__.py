"""People, partner agencies, API keys and sessions: the one thing that the portal owns."""

from __future__ import annotations

from services.portal.accounts.keys import ApiKey
from services.portal.accounts.model import (
    AccountTaken,
    KeyHolder,
    KeyRefused,
    LockedOut,
    Person,
    Scope,
    SignIn,
    SignInRefused,
    TooManyKeys,
)
from services.portal.accounts.people import NewPerson, person_id
from services.portal.accounts.store import Accounts

__all__ = [
    "AccountTaken",
    "Accounts",
    "ApiKey",
    "KeyHolder",
    "KeyRefused",
    "LockedOut",
    "NewPerson",
    "Person",
    "Scope",
    "SignIn",
    "SignInRefused",
    "TooManyKeys",
    "person_id",
]
