"""The policy of an area: versioned, never so weak that a call could be forgotten.

Where an area has saved none, the default of the settings holds. A save makes the next version and
names the one that it was made from, so that nobody overwrites what she has not seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.notifications.domain.errors import Fault, PolicyChanged, PolicyUnfit
from services.notifications.domain.escalation import Kind, Policies, Policy, Rung, Tells

VERSIONS_KEPT = 200
MOST_RUNGS = 10
SHORTEST = timedelta(seconds=1)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long each wait may be at most, and whether the ladder must be without end."""

    rung: timedelta
    acknowledgement: timedelta
    repeat: timedelta
    unresolved: timedelta
    is_endless: bool


_CALM = Bounds(30 * _DAY, 30 * _DAY, 30 * _DAY, 90 * _DAY, is_endless=False)
BOUNDS: Mapping[Kind, Bounds] = {
    Kind.HIGH_RISK: Bounds(_HOUR, 4 * _HOUR, _HOUR, 7 * _DAY, is_endless=True),
    Kind.ENGAGEMENT: _CALM,
    Kind.REFERRAL_WAITING: _CALM,
    Kind.REVIEW_OVERDUE: _CALM,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A ladder with its waits, before it is known to be fit; `None` where a wait has no end."""

    rungs: tuple[Rung, ...]
    acknowledgement_lasts: timedelta
    repeat_every: timedelta | None
    unresolved_after: timedelta | None

    def as_policy(self, kind: Kind, version: str) -> Policy:
        """Return it as a policy.

        Raises:
            PolicyUnfit: it would not protect her; every reason is named.

        """
        faults = tuple(faults_of(kind, self))
        if faults:
            raise PolicyUnfit(faults)
        return Policy(
            version=version,
            rungs=self.rungs,
            acknowledgement_lasts=self.acknowledgement_lasts,
            repeat_every=self.repeat_every,
            unresolved_after=self.unresolved_after,
        )


@dataclass(frozen=True, slots=True)
class Version:
    """One version: the policy, who saved it and when."""

    number: int
    policy: Policy
    by: str
    at: datetime


Decision = tuple["AreaPolicy", Sequence[object]]


@dataclass(frozen=True, slots=True)
class AreaPolicy:
    """The policy of an area for one kind of alert, with its versions, the oldest first.

    The last `VERSIONS_KEPT` are kept; an alert has its own copy of the one that it was raised with.
    """

    area: str
    kind: Kind
    versions: tuple[Version, ...]

    @classmethod
    def first(cls, area: str, kind: Kind, draft: Draft, *, by: str, at: datetime) -> AreaPolicy:
        """Return the policy of an area that has had the default until now.

        Raises:
            PolicyUnfit: as `Draft.as_policy`.

        """
        return cls(area, kind, (_version(area, kind, draft, 1, by, at),))

    @property
    def id(self) -> str:
        """Return the id: there is one for each area and kind."""
        return policy_id(self.area, self.kind)

    @property
    def reference(self) -> str:
        """Return the id: nobody types it."""
        return self.id

    @property
    def case_id(self) -> str:
        """Return the id: a policy belongs to no case."""
        return self.id

    @property
    def current(self) -> Version:
        """Return the version that holds."""
        return self.versions[-1]

    def revised(self, draft: Draft, made_from: str, *, by: str, at: datetime) -> Decision:
        """Make the next version.

        Raises:
            PolicyChanged: it was not made from the version that holds.
            PolicyUnfit: as `Draft.as_policy`.

        """
        if made_from != self.current.policy.version:
            raise PolicyChanged(self.current.policy.version)
        number = self.current.number + 1
        following = _version(self.area, self.kind, draft, number, by, at)
        return replace(self, versions=(*self.versions, following)[-VERSIONS_KEPT:]), ()


@dataclass(frozen=True, slots=True)
class Effective:
    """What holds in an area for one kind: `saved` is None where it is the default."""

    area: str
    kind: Kind
    policy: Policy
    saved: Version | None


def effective(area: str, kind: Kind, own: AreaPolicy | None, default: Policies) -> Effective:
    """Return the area's own policy, or the default."""
    if own is None:
        return Effective(area, kind, default.of(kind), None)
    return Effective(area, kind, own.current.policy, own.current)


def policy_id(area: str, kind: Kind) -> str:
    """Return the id of the policy of an area for one kind of alert."""
    return f"{area}/{kind.value}"


def faults_of(kind: Kind, draft: Draft) -> Iterator[Fault]:
    """Yield every reason why a policy would not do."""
    bounds = BOUNDS[kind]
    yield from _faults_of_rungs(kind, draft.rungs, bounds)
    lasts = draft.acknowledgement_lasts
    yield from _out_of(("acknowledgement_lasts_s",), lasts, bounds.acknowledgement)
    for name, wait, longest in (
        ("repeat_every_s", draft.repeat_every, bounds.repeat),
        ("unresolved_after_s", draft.unresolved_after, bounds.unresolved),
    ):
        if wait is not None:
            yield from _out_of((name,), wait, longest)
        elif bounds.is_endless:
            yield Fault((name,), "An alert of high risk is never left without a next step.")


def _faults_of_rungs(kind: Kind, rungs: Sequence[Rung], bounds: Bounds) -> Iterator[Fault]:
    told = {rung.tells for rung in rungs}
    if not 1 <= len(rungs) <= MOST_RUNGS:
        yield Fault(("rungs",), f"Give 1 to {MOST_RUNGS} rungs.")
    if Tells.RESPONDERS not in told:
        yield Fault(("rungs",), "One rung tells the responders.")
    if kind is Kind.HIGH_RISK and not told & {Tells.MANAGER, Tells.DUTY_MANAGER}:
        yield Fault(("rungs",), "One rung tells the managers or the duty managers.")
    for place, rung in enumerate(rungs):
        where = ("rungs", place, "after_s")
        if place:
            yield from _out_of(where, rung.after, bounds.rung)
        elif rung.after != timedelta(0):
            yield Fault(where, "The first rung is told at once: 0.")


def _out_of(path: tuple[str | int, ...], wait: timedelta, longest: timedelta) -> Iterator[Fault]:
    if not SHORTEST <= wait <= longest:
        yield Fault(path, f"Wait 1 to {int(longest.total_seconds())} seconds.")


def _version(area: str, kind: Kind, draft: Draft, number: int, by: str, at: datetime) -> Version:
    return Version(number, draft.as_policy(kind, f"{area}.v{number}"), by, at)
