"""The portal of this module of tests, in processes and databases that no other module sees."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.portal.door import Portal, open_portal


@pytest.fixture(scope="module")
def portal(stack: Any, mongo: Any) -> Portal:
    """A running portal with accounts; services beside it are started by who needs them."""
    return open_portal(stack, mongo)
