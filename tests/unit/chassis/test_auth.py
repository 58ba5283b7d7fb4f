"""Internal tokens: good for one service, for one minute, from the portal only."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.chassis.auth import LIFETIME, Principal, Role, Unauthenticated, issue, verify

KEY = Ed25519PrivateKey.generate()
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
WHO = Principal("account-1", Role.MANAGER, None, ("london-rbkc",), ("team-1",), "trace-1")


def token(audience: str = "risk", at: datetime = NOW) -> str:
    return issue(WHO, audience=audience, key=KEY, now=at)


def check(text: str, at: datetime = NOW, audience: str = "risk") -> Principal:
    return verify(text, audience=audience, key=KEY.public_key(), now=at)


def test_a_token_says_who_asks() -> None:
    assert check(token()) == WHO


def test_a_token_ends_after_its_lifetime() -> None:
    assert check(token(), NOW + LIFETIME) == WHO
    with pytest.raises(Unauthenticated):
        check(token(), NOW + LIFETIME + timedelta(seconds=6))


def test_a_token_from_the_future_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        check(token(at=NOW + timedelta(minutes=5)))


def test_a_token_for_one_service_is_refused_by_another() -> None:
    with pytest.raises(Unauthenticated):
        check(token("sessions"))


def test_a_token_signed_by_another_key_is_refused() -> None:
    forged = issue(WHO, audience="risk", key=Ed25519PrivateKey.generate(), now=NOW)
    with pytest.raises(Unauthenticated):
        check(forged)


def test_an_unsigned_token_is_refused() -> None:
    claims = jwt.decode(token(), options={"verify_signature": False})
    with pytest.raises(Unauthenticated):
        check(jwt.encode(claims, None, algorithm="none"))


def test_a_refusal_does_not_repeat_the_token() -> None:
    text = token("sessions")
    with pytest.raises(Unauthenticated) as refused:
        check(text)
    assert text not in str(refused.value)


def test_areas_are_covered_by_name_or_all() -> None:
    assert WHO.covers("london-rbkc")
    assert not WHO.covers("cluj")
    assert replace(WHO, areas=("*",)).covers("cluj")
