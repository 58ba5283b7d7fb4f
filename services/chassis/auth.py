"""Who asks: the principal, and the short-lived token by which the portal vouches for her."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

ISSUER = "portal"
LIFETIME = timedelta(seconds=60)
_LEEWAY = timedelta(seconds=5)


class Unauthenticated(Exception):
    """There is no valid token; the message says why, without the token."""


class Role(StrEnum):
    """What somebody is here for; each door names the roles that may use it."""

    AGENCY_WORKER = "agency_worker"
    AGENCY_ADMIN = "agency_admin"
    PRACTITIONER = "practitioner"
    MANAGER = "manager"
    DUTY_MANAGER = "duty_manager"
    OPS = "ops"
    RESEARCHER = "researcher"
    ADMIN = "admin"

    @property
    def is_agency(self) -> bool:
        """Is this somebody of a partner agency, who sees only that agency's referrals?"""
        return self in AGENCY


AGENCY = frozenset({Role.AGENCY_WORKER, Role.AGENCY_ADMIN})
MANAGERS = frozenset({Role.MANAGER, Role.DUTY_MANAGER})
CASEWORKERS = MANAGERS | {Role.PRACTITIONER}
THE_PORTAL = frozenset({Role.ADMIN})
"""Who comes through doors that nobody but the portal itself may use."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: an account id, or `key:<key id>` for an API key; `areas` ("*",) means all."""

    id: str
    role: Role
    agency_id: str | None = None
    areas: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    trace: str = ""

    def covers(self, area: str) -> bool:
        """May she see what belongs to this area?"""
        return "*" in self.areas or area in self.areas


def portal_itself(trace: str, role: Role = Role.ADMIN) -> Principal:
    """Return the portal as the one who asks, where it does so on behalf of nobody."""
    return Principal("service:portal", role, areas=("*",), trace=trace)


def issue(principal: Principal, *, audience: str, key: Ed25519PrivateKey, now: datetime) -> str:
    """Return a token (JWT, EdDSA) for one service, good for `LIFETIME` from `now`."""
    claims = {
        "iss": ISSUER,
        "aud": audience,
        "iat": now,
        "exp": now + LIFETIME,
        "sub": principal.id,
        "role": principal.role.value,
        "agency": principal.agency_id,
        "areas": list(principal.areas),
        "teams": list(principal.teams),
        "trace": principal.trace,
    }
    return jwt.encode(claims, key, algorithm="EdDSA")


def verify(token: str, *, audience: str, key: Ed25519PublicKey, now: datetime) -> Principal:
    """Return whom the token speaks for.

    Raises:
        Unauthenticated: bad signature, wrong audience, expired, or not of the portal.

    """
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=["EdDSA"],
            audience=audience,
            issuer=ISSUER,
            options={"require": ["exp", "iat", "sub"], "verify_exp": False, "verify_iat": False},
        )
        _check_times(claims, now)
        return _principal(claims)
    except (jwt.InvalidTokenError, KeyError, ValueError) as error:
        raise Unauthenticated(f"the internal token is not valid: {type(error).__name__}") from None


def _check_times(claims: dict[str, Any], now: datetime) -> None:
    if claims["exp"] < (now - _LEEWAY).timestamp():
        raise jwt.ExpiredSignatureError
    if claims["iat"] > (now + _LEEWAY).timestamp():
        raise jwt.ImmatureSignatureError


def _principal(claims: dict[str, Any]) -> Principal:
    return Principal(
        id=claims["sub"],
        role=Role(claims["role"]),
        agency_id=claims["agency"],
        areas=tuple(claims["areas"]),
        teams=tuple(claims["teams"]),
        trace=claims["trace"],
    )


def read_private_key(pem: bytes) -> Ed25519PrivateKey:
    """Return the portal's signing key from PEM."""
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("TOKEN_PRIVATE_KEY_FILE must hold an Ed25519 private key in PEM")
    return key


def read_public_key(pem: bytes) -> Ed25519PublicKey:
    """Return the key that every service checks tokens with, from PEM."""
    key = load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError("TOKEN_PUBLIC_KEY_FILE must hold an Ed25519 public key in PEM")
    return key
