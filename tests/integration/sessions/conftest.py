"""One running sessions service for each module of these tests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.sessions.sessions_in_use import Sessions
from tests.support.stack import Stack
from tests.support.tokens import Tokens


@pytest.fixture(scope="module")
def sessions(stack: Stack, tokens: Tokens, mongo: Any) -> Sessions:
    """The service, started and ready."""
    stack.start("sessions")
    return Sessions(stack, tokens, mongo)
