"""What a run has seen, as tables in Markdown: on the terminal, and in the page for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from statistics import median

from bench.plan import OURS, SATURATED
from bench.report import BUSY, FIGURES, Results, Spread, Trips


def tables(results: Results) -> Iterator[str]:
    """Yield the lines of all tables, in Markdown."""
    yield from _by_stage(results)
    yield from _ratios(results)
    yield from _prices(results)
    yield from _rest(results)


def _by_stage(results: Results) -> Iterator[str]:
    yield "| at | system | accepted/s | alerts/s | answer p50 | p99 | alert p50 | p99 |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|"
    names = ("accepted_per_s", "alerts_per_s", "answer_p50", "answer_p99", "alert_p50", "alert_p99")
    for stage in results.stages():
        for system in results.systems():
            values = [results.middle(system, stage, FIGURES[name]) for name in names]
            rates, times = map(shown, values[:2]), [unit(each, "ms") for each in values[2:]]
            yield row(stage, system, *rates, *times)


def _ratios(results: Results) -> Iterator[str]:
    yield ""
    yield "| ours for 1 of | at | alerts/s | answer p50 | alert p50 | alert p99 | CPU |"
    yield "|---|---|--:|--:|--:|--:|--:|"
    names = ("alerts_per_s", "answer_p50", "alert_p50", "alert_p99", "cpu_ms_per_referral")
    for other in (name for name in results.systems() if name != OURS):
        for stage in results.stages():
            spreads = [results.ratio(other, stage, FIGURES[name]) for name in names]
            yield row(other, stage, *map(spread, spreads))


def _prices(results: Results) -> Iterator[str]:
    yield ""
    yield (
        "| for one referral at 100/s | CPU, own | CPU, with servers | round trips | messages "
        "| resident, own |"
    )
    yield "|---|--:|--:|--:|--:|--:|"
    for system in results.systems():
        own, every, rss, said = (
            results.middle(system, BUSY, FIGURES[name])
            for name in ("own_cpu_ms_per_referral", "cpu_ms_per_referral", "own_rss_mb", "messages")
        )
        trips = shown(results.trips_of(system))
        yield row(system, unit(own, "ms"), unit(every, "ms"), trips, shown(said), unit(rss, "MB"))


def _rest(results: Results) -> Iterator[str]:
    yield ""
    yield "| | |"
    yield "|---|--:|"
    for name in results.limits[0] if results.limits else ():
        yield row(f"limit: {name}", f"{shown(median(each[name] for each in results.limits))}/s")
    for trips in results.trips:
        if trips.system == OURS:
            yield row(f"round trips of ours at {trips.stage}, by command", commands(trips))
    for each in results.drained:
        yield row(
            f"backlog of {each.backlog:,}: drained by {each.system}",
            f"{shown(each.per_s)}/s, {each.share:.2f} of the raw loop's {shown(each.raw_per_s)}/s",
        )
    for one in results.replicated:
        rate, spent = shown(one.alerts_per_s), unit(one.cpu_ms_per_referral, "ms")
        yield row(
            f"saturation with {one.replicas} of each service that hears",
            f"{rate} alerts/s, {spent} of CPU for a referral",
        )
    if results.inbox is not None:
        seen = results.inbox
        yield row(
            f"live inbox at {seen.rate:g}/s, through the portal: p50, p99",
            f"{unit(seen.p50_ms, 'ms')}, {unit(seen.p99_ms, 'ms')} ({seen.shown} of {seen.sent})",
        )
    if results.rows:
        most = max(each.figures.elsewhere for each in results.rows)
        yield row("most of the machine that anything else had in a stage", f"{most:.0%}")
    for role, held in _resident(results).items():
        yield row(f"resident, {role} of ours after saturation", unit(held, "MB"))


def _resident(results: Results) -> dict[str, float]:
    last = results.of(OURS, SATURATED)
    return dict(last[-1].figures.rss_mb) if last else {}


def spread(of: Spread) -> str:
    """Return a ratio as it is shown: the median, and from where to where it went."""
    if not of.per_round:
        return "-"
    return f"{of.middle:.2f} ({min(of.per_round):.2f} to {max(of.per_round):.2f})"


def commands(trips: Trips) -> str:
    """Return what was asked of the database for a referral, the most frequent first."""
    ranked = sorted(trips.commands.items(), key=lambda asked: -asked[1])
    return ", ".join(f"{name} {times:.1f}" for name, times in ranked if times >= 0.05)


def unit(value: float, name: str) -> str:
    """Return a figure with its unit, if there is one."""
    return f"{shown(value)} {name}" if isfinite(value) else shown(value)


def shown(value: float) -> str:
    """Return a figure with as many digits as it deserves."""
    if not isfinite(value):
        return "-"
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def row(*cells: str) -> str:
    """Return one row of a table."""
    return f"| {' | '.join(cells)} |"


def lines(table: Sequence[str]) -> str:
    """Return a text of lines."""
    return "\n".join(table)
