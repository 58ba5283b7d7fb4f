"""Expressions of PromQL that stand in more than one panel."""

from __future__ import annotations

from collections.abc import Iterable

from deploy.grafana.panels import Line

OVER = "$__rate_interval"  # Grafana puts in four scrapes, or more where a point is wider


def rate(counter: str, *by: str) -> str:
    """Return how much a counter grows in a second, summed by labels."""
    return f"sum{_by(by)} (rate({counter}[{OVER}]))"


def increase(counter: str, *by: str) -> str:
    """Return by how much a counter grew since the point before, summed by labels."""
    return f"sum{_by(by)} (increase({counter}[{OVER}]))"


def quantile(q: float, histogram: str, *by: str, where: str = "") -> str:
    """Return what the fraction `q` of a histogram's observations stayed below, by labels."""
    labels = ", ".join((*by, "le"))
    return f"histogram_quantile({q}, sum by ({labels}) (rate({histogram}_bucket{where}[{OVER}])))"


def largest(gauge: str, *by: str) -> str:
    """Return the largest of a gauge that each process measures alike."""
    return f"max{_by(by)} ({gauge})"


def quantiles(histogram: str, *fractions: float) -> tuple[Line, ...]:
    """Return a line for each fraction of one histogram."""
    return tuple(Line(quantile(q, histogram), f"{q:.0%} within") for q in fractions)


def _by(labels: Iterable[str]) -> str:
    named = ", ".join(labels)
    return f" by ({named})" if named else ""
