"""A running referrals service, and the people at its doors."""

from __future__ import annotations

import pytest

from tests.integration.referrals.referral_doors import People, Somebody
from tests.support.stack import Stack
from tests.support.tokens import Tokens


@pytest.fixture(scope="module")
def people(stack: Stack, tokens: Tokens) -> People:
    return People(tokens, stack.start("referrals"))


@pytest.fixture(scope="module")
def police(people: People) -> Somebody:
    return people.agency("riverside-police")


@pytest.fixture(scope="module")
def hospital(people: People) -> Somebody:
    return people.agency("northgate-maternity")


@pytest.fixture(scope="module")
def manager(people: People) -> Somebody:
    return people.staff()
