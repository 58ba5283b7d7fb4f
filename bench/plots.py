"""Two pictures of a run: how long alerts take, and how many there are a second."""

from __future__ import annotations

from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot

from bench.figures import percentile
from bench.plan import SATURATED
from bench.report import FIGURES, Results

SHARES = [*range(1, 100), 99.5, 99.9]
COLOURS = {"ours": "#0b6e4f", "nameko": "#c8553d", "faststream": "#3d5a80"}
STEADY = {"svg.hashsalt": "bench", "svg.fonttype": "none", "axes.spines.top": False}


def plot(results: Results, folder: Path) -> list[Path]:
    """Draw both, each as one SVG file; return the files."""
    mpl.use("svg")
    with mpl.rc_context(STEADY):
        drawn = {"alert-latency": _latency(results), "throughput": _throughput(results)}
    files = []
    for name, figure in drawn.items():
        path = folder / f"{name}.svg"
        figure.savefig(path, metadata={"Date": None})
        files.append(path)
    return files


def _latency(results: Results) -> Any:
    stages = results.stages()
    figure, all_axes = pyplot.subplots(1, len(stages), figsize=(3 * len(stages), 3), sharey=True)
    for stage, axes in zip(stages, all_axes if len(stages) > 1 else [all_axes], strict=True):
        for system in results.systems():
            took = [ms for row in results.of(system, stage) for ms in row.figures.alert_ms]
            if took:
                values = [percentile(took, share) for share in SHARES]
                axes.plot(values, SHARES, label=system, color=COLOURS.get(system))
        axes.set(title=stage, xscale="log", xlabel="ms from referral to alert")
        axes.grid(alpha=0.3)
    figure.axes[0].set_ylabel("% of alerts")
    figure.axes[0].legend()
    figure.tight_layout()
    return figure


def _throughput(results: Results) -> Any:
    figure, axes = pyplot.subplots(figsize=(6, 3))
    read = FIGURES["alerts_per_s"]
    for place, system in enumerate(results.systems()):
        rates = [read(row) for row in results.of(system, SATURATED)]
        if rates:
            axes.bar(place, median(rates), color=COLOURS.get(system))
            axes.plot([place] * len(rates), rates, "k.", markersize=4)
    axes.set_xticks(range(len(results.systems())), results.systems())
    axes.set(ylabel="alerts/s at saturation")
    figure.tight_layout()
    return figure
