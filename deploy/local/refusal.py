"""The one way in which a command of this package says that it cannot go on."""

from __future__ import annotations

EXIT_CODE = 2


class CannotGoOn(Exception):
    """Something is missing or in the way; the message is one sentence that says what to do."""
