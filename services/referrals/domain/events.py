"""What has happened to a referral, in the words of the domain."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReferralSubmitted:
    """A referral has been taken in; all else that is said of it stands in the referral itself."""


@dataclass(frozen=True, slots=True)
class ReferralStatusChanged:
    """A referral has moved from one status to another, by a named actor (account or key id)."""

    was: str
    to: str
    reason_code: str | None
    by: str


@dataclass(frozen=True, slots=True)
class DrillBegun:
    """A drill is on its way; its number and moment stand in the drill itself."""
