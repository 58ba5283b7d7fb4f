"""The referrals of a case as they were last heard of, and where the case stands by them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where the work with her stands."""

    REFERRED = "referred"
    OPEN = "open"
    ENGAGED = "engaged"
    CLOSED = "closed"


ENDED = frozenset({"declined", "withdrawn", "closed"})
ENGAGED = "engaged"
TAKEN_ON = frozenset({"accepted", "reopened", ENGAGED})


@dataclass(frozen=True, slots=True)
class Referral:
    """What is known of a referral of the case as of its event number `seq`; `by` moved it last."""

    reference: str
    status: str
    seq: int
    by: str
    area: str


def state_by(referrals: Iterable[Referral]) -> State:
    """Return where the case stands by its referrals, one at least."""
    statuses = {referral.status for referral in referrals}
    if statuses & TAKEN_ON:
        return State.OPEN
    return State.CLOSED if statuses <= ENDED else State.REFERRED
