"""What became of a performance: every referral, every alert, and whatever is not as it must be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from statistics import quantiles

from deploy.local.performance import Performance, Step

BANDS = ("standard", "medium", "high")


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was sent, what came of it; `missing` tells in words whatever is not as it must be."""

    submitted: int
    refused: int
    alerts: int
    acknowledged: int
    lost: int
    p50_ms: float
    p99_ms: float
    missing: list[str]

    @property
    def is_balanced(self) -> bool:
        """Is nothing lost and nothing missing?"""
        return not self.lost and not self.missing

    def as_json(self) -> str:
        """Return it on one line."""
        return json.dumps(asdict(self), ensure_ascii=False)


async def judge(performed: Performance) -> Ledger:
    """Compare what was sent with what is there now."""
    missing, lost = list(performed.missing), 0
    for step in performed.steps.values():
        found = [*await _losses(step)]
        lost += bool(found)
        missing += [*found, *_doubts(step)]
    times = sorted(
        step.latency_ms for step in performed.steps.values() if step.latency_ms is not None
    )
    return Ledger(
        submitted=performed.submitted,
        refused=performed.refused,
        alerts=len(times),
        acknowledged=performed.acknowledged,
        lost=lost,
        p50_ms=_quantile(times, 50),
        p99_ms=_quantile(times, 99),
        missing=missing,
    )


async def _losses(step: Step) -> list[str]:
    """Tell what an accepted thing should have led to and did not: its case, its assessment."""
    whole = await step.reader.look(f"/cases/{step.case}")
    parts = {"file": "case", "client": "client", "assessments": "assessment"}
    absent = [word for part, word in parts.items() if not (whole or {}).get(part)]
    found = [f"{step.name} ({step.reference}) has no {word}" for word in absent]
    if step.scored is None:
        found.append(f"{step.name} ({step.reference}) was not scored")
    if step.is_high and not step.calls:
        found.append(f"{step.name} ({step.reference}) is high and called nobody")
    return found


def _doubts(step: Step) -> Iterator[str]:
    """Tell what happened more than once, and what is less than the story says."""
    if len(step.calls) > 1:
        yield f"{step.name} ({step.reference}) called {len(step.calls)} times"
    if step.scored and BANDS.index(step.scored["band"]) < BANDS.index(step.least):
        yield f"{step.name} ({step.reference}) is {step.scored['band']}, not {step.least}"


def _quantile(sorted_ms: Sequence[float], percent: int) -> float:
    """Return a quantile of some milliseconds, which needs two of them; 0 where there are none."""
    if not sorted_ms[1:]:
        return round(sum(sorted_ms), 1)
    return round(quantiles(sorted_ms, n=100, method="inclusive")[percent - 1], 1)
