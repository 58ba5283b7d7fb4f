"""What this service refuses; the texts are for people and hold nothing identifying."""

from __future__ import annotations


class RiskRefusal(Exception):
    """Something that cannot be done; the message names codes only, never a person."""


class ItemNotOfInstrument(RiskRefusal):
    """An answer was given to an item that the instrument does not have."""


class GradeNotTaken(RiskRefusal):
    """The instrument is scored by its items; a grade given by hand has no place on it."""


class NothingToAssess(RiskRefusal):
    """No answer, no grade, no judgement and no incident was given."""
