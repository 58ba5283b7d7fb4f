"""What keeps an aggregate from being read or saved, in words that may be shown."""

from __future__ import annotations

from services.chassis.logs import SafeMessage


class NotFound(SafeMessage):
    """There is nothing there, or nothing that this person may see."""


class Taken(SafeMessage):
    """Something with this id or another unique key is there already."""


class KeyReused(SafeMessage):
    """The idempotency key came with another body before."""


class Contended(SafeMessage):
    """The write lost to others too many times; trying again later will do."""


class NewerForm(SafeMessage):
    """It was saved in a form that only a newer release can read; this one leaves it as it is."""
