"""What was seen in one stage, and the figures that are read off it. Nothing here but arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, isnan
from typing import Any

MS = 1000.0
MB = 1_000_000
OKAY = range(200, 300)


@dataclass(frozen=True, slots=True)
class Sample:
    """One request: when it was to be sent, when it was answered, and with what (0: not at all)."""

    number: int
    due: float
    answered: float
    status: int
    body: bytes = b""

    @property
    def is_accepted(self) -> bool:
        """Was it taken?"""
        return self.status in OKAY


@dataclass(frozen=True, slots=True)
class Price:
    """What processes cost, by role: CPU seconds so far, or within a stage; resident octets.

    `others_s` are the CPU seconds of everything else on the machine, of `had_s` that there were.
    """

    cpu_s: Mapping[str, float] = field(default_factory=dict)
    rss: Mapping[str, int] = field(default_factory=dict)
    others_s: float = 0.0
    had_s: float = 0.0

    @property
    def elsewhere(self) -> float:
        """Return which share of the machine went to what is none of ours."""
        return max(self.others_s, 0.0) / self.had_s if self.had_s else 0.0

    def since(self, before: Price) -> Price:
        """Return the CPU that was used since another moment, and the memory as it is now."""
        spent = {role: now - before.cpu_s.get(role, 0.0) for role, now in self.cpu_s.items()}
        return Price(spent, self.rss, self.others_s - before.others_s, self.had_s - before.had_s)


@dataclass(frozen=True, slots=True)
class Figures:
    """One stage of one system."""

    sent: int
    accepted: int
    alerts: int
    accepted_per_s: float
    alerts_per_s: float
    answer_ms: Sequence[float]
    alert_ms: Sequence[float]
    cpu_ms: Mapping[str, float]
    rss_mb: Mapping[str, float]
    elsewhere: float = 0.0

    @property
    def answer_p50(self) -> float:
        """Return how long half of the answers took at the most."""
        return percentile(self.answer_ms, 50)

    @property
    def answer_p99(self) -> float:
        """Return how long all but a hundredth of the answers took at the most."""
        return percentile(self.answer_ms, 99)

    @property
    def alert_p50(self) -> float:
        """Return how long half of the alerts took at the most."""
        return percentile(self.alert_ms, 50)

    @property
    def alert_p99(self) -> float:
        """Return how long all but a hundredth of the alerts took at the most."""
        return percentile(self.alert_ms, 99)

    @property
    def cpu_ms_per_referral(self) -> float:
        """Return the milliseconds of CPU of everything, servers included, for one referral."""
        return sum(self.cpu_ms.values())

    @property
    def own_cpu_ms_per_referral(self) -> float:
        """Return the milliseconds of CPU of the system's own processes for one referral."""
        return sum(spent for role, spent in self.cpu_ms.items() if role not in SERVERS)

    @property
    def own_rss_mb(self) -> float:
        """Return the resident memory of the system's own processes."""
        return sum(held for role, held in self.rss_mb.items() if role not in SERVERS)

    def as_json(self) -> dict[str, Any]:
        """Return it for the file of results."""
        told: dict[str, Any] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        for name in ("answer_ms", "alert_ms"):
            told[name] = [round(value, 2) for value in sorted(told[name])]
        read = ("answer_p50", "answer_p99", "alert_p50", "alert_p99", "cpu_ms_per_referral")
        return told | {name: _rounded(getattr(self, name)) for name in read}


SERVERS = frozenset({"broker", "database"})


def figures(
    samples: Sequence[Sample],
    cases: Mapping[int, str],
    alerts: Mapping[str, float],
    price: Price,
    least_s: float = 0.0,
) -> Figures:
    """Read the figures off a stage.

    Args:
        samples: every request of the stage.
        cases: of the accepted ones, by number, the case that each was about.
        alerts: when the first alert of each case was seen.
        price: what the stage cost.
        least_s: how long it was at the least, where it had a rate.

    """
    accepted = [sample for sample in samples if sample.is_accepted]
    told = [
        (sample, alerts[case]) for sample in accepted if (case := cases[sample.number]) in alerts
    ]
    begun = min((sample.due for sample in samples), default=0.0)
    each = max(len(accepted), 1)
    return Figures(
        sent=len(samples),
        accepted=len(accepted),
        alerts=len(told),
        accepted_per_s=rate(
            len(accepted), begun, [sample.answered for sample in accepted], least_s
        ),
        alerts_per_s=rate(len(told), begun, [at for _, at in told], least_s),
        answer_ms=[(sample.answered - sample.due) * MS for sample in accepted],
        alert_ms=[(at - sample.due) * MS for sample, at in told],
        cpu_ms={role: spent * MS / each for role, spent in price.cpu_s.items()},
        rss_mb={role: held / MB for role, held in price.rss.items()},
        elsewhere=round(price.elsewhere, 3),
    )


def rate(count: int, begun: float, moments: Sequence[float], least_s: float = 0.0) -> float:
    """Return how many a second, from the beginning until the last, but over no shorter a time."""
    took = max(max(moments, default=begun) - begun, least_s)
    return count / took if took > 0 else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that so many of a hundred do not exceed (nearest rank); nan of nothing."""
    if not values:
        return float("nan")
    ranked = sorted(values)
    return ranked[max(ceil(len(ranked) * share / 100) - 1, 0)]


def _rounded(value: float) -> float | None:
    return None if isnan(value) else round(value, 3)
