"""Who is told next, and when: the ladder of an alert, as data that is copied onto it.

A policy is a list of rungs. Level 0 is told when the alert is raised; each further rung is reached
when nobody has acknowledged for as long as that rung waits; the last rung is told again without
end. An acknowledgement lasts for a time and then sends the alert one rung up. After an action the
alert rests longer, and comes back until a named person resolves it.

The audience only grows: who was told once hears of every later step, so that nobody's inbox loses
an alert by its escalation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from services.notifications.domain.errors import PolicyEnds, PolicyUnordered

VERSION = "default.v1"


class Kind(StrEnum):
    """What an alert is about."""

    HIGH_RISK = "high_risk"
    ENGAGEMENT = "engagement"
    REFERRAL_WAITING = "referral_waiting"
    REVIEW_OVERDUE = "review_overdue"


class Tells(StrEnum):
    """Whom a rung adds: the responders of the case, or everybody with a role in its area."""

    RESPONDERS = "responders"
    MANAGER = "manager"
    DUTY_MANAGER = "duty_manager"


Duty = Mapping[Tells, tuple[str, ...]]
"""Who is on duty in an area at a moment, by tier; a tier that has no rota is not in it."""
NO_ROTA: Duty = MappingProxyType({})
_ROLE_OF = {Tells.RESPONDERS: "practitioner"}


@dataclass(frozen=True, slots=True)
class Audience:
    """Everybody who is to know: roles in the area of the alert, and people by account id."""

    roles: tuple[str, ...] = ()
    account_ids: tuple[str, ...] = ()

    def with_role(self, role: str) -> Audience:
        """Return the audience with everybody of a role added."""
        return self if role in self.roles else Audience((*self.roles, role), self.account_ids)

    def with_person(self, account_id: str) -> Audience:
        """Return the audience with one person added."""
        if account_id in self.account_ids:
            return self
        return Audience(self.roles, (*self.account_ids, account_id))

    def told(self, tells: Tells, practitioner_id: str | None, duty: Duty = NO_ROTA) -> Audience:
        """Return the audience with those of a rung added.

        The responders are the allocated practitioner or, where there is none, who is on duty. In an
        area without a rota for a tier these are all who have its role.
        """
        if tells is Tells.RESPONDERS and practitioner_id is not None:
            return self.with_person(practitioner_id)
        if tells not in duty:
            return self.with_role(_ROLE_OF.get(tells, tells.value))
        audience = self
        for person in duty[tells]:
            audience = audience.with_person(person)
        return audience


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the ladder: whom it tells, and how long after the rung below."""

    tells: Tells
    after: timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """A ladder with its waits; `None` where a wait has no end.

    `repeat_every` tells the last rung again; `acknowledgement_lasts` is how long somebody has to
    record an action; `unresolved_after` brings an alert back on which an action is recorded.
    """

    version: str
    rungs: tuple[Rung, ...]
    acknowledgement_lasts: timedelta
    repeat_every: timedelta | None = None
    unresolved_after: timedelta | None = None

    def __post_init__(self) -> None:
        waits = [
            *(rung.after for rung in self.rungs[1:]),
            self.acknowledgement_lasts,
            *(wait for wait in (self.repeat_every, self.unresolved_after) if wait is not None),
        ]
        if not self.rungs or min(waits) <= timedelta(0):
            raise PolicyUnordered(self.version)

    @property
    def top(self) -> int:
        """Return the level of the last rung."""
        return len(self.rungs) - 1

    @property
    def is_endless(self) -> bool:
        """Tell whether an open alert has a next step in every state."""
        return self.repeat_every is not None and self.unresolved_after is not None

    def following(self, level: int, at: datetime) -> datetime | None:
        """Return when the step after `level` is due, for an alert that reached it at `at`."""
        wait = self.rungs[level + 1].after if level < self.top else self.repeat_every
        return None if wait is None else at + wait

    def climb(self, level: int, due_at: datetime, at: datetime) -> tuple[int, datetime | None]:
        """Return the level that an alert has reached by `at`, and when its next step is due.

        `due_at` is when the step after `level` was due. Time in which nothing ran counts as
        waiting, so several rungs may be climbed at once; the last rung is told once, not once for
        each repeat that was missed.
        """
        level = min(level + 1, self.top)
        following = self.following(level, due_at)
        while following is not None and following <= at and level < self.top:
            level, due_at = level + 1, following
            following = self.following(level, due_at)
        if following is not None and following <= at:
            following = self.following(level, at)
        return level, following


@dataclass(frozen=True, slots=True)
class Policies:
    """The policy of high risk, which can never run out of steps, and that of all else."""

    high_risk: Policy
    other: Policy

    def __post_init__(self) -> None:
        if not self.high_risk.is_endless:
            raise PolicyEnds(self.high_risk.version)

    def of(self, kind: Kind) -> Policy:
        """Return the policy to copy onto a new alert."""
        return self.high_risk if kind is Kind.HIGH_RISK else self.other


def high_risk_policy(
    *, step: timedelta, repeat: timedelta, acknowledgement: timedelta, unresolved: timedelta
) -> Policy:
    """Return the ladder of high risk: responders twice, managers, duty managers without end."""
    ladder = (Tells.RESPONDERS, Tells.RESPONDERS, Tells.MANAGER, Tells.DUTY_MANAGER)
    return Policy(
        version=VERSION,
        rungs=tuple(
            Rung(tells, step if level else timedelta(0)) for level, tells in enumerate(ladder)
        ),
        acknowledgement_lasts=acknowledgement,
        repeat_every=repeat,
        unresolved_after=unresolved,
    )


def other_policy(*, step: timedelta, acknowledgement: timedelta) -> Policy:
    """Return the ladder of all else: responders, then once the managers; no repeats."""
    return Policy(
        version=VERSION,
        rungs=(Rung(Tells.RESPONDERS, timedelta(0)), Rung(Tells.MANAGER, step)),
        acknowledgement_lasts=acknowledgement,
    )
