"""Where a run is written for people: between two marks of `docs/performance.md`, with its plots."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from bench.report import Results
from bench.tables import lines, tables

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
TITLE = "# Performance\n\nMade by `make bench`; what is between the marks is written by it.\n"


def write(results: Results, page: Path) -> list[Path]:
    """Write tables and plots of a run; return the files that were written."""
    folder = page.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    from bench.plots import plot  # noqa: PLC0415 - tests read this page without matplotlib

    plots = plot(results, folder)
    text = page.read_text(encoding="utf-8") if page.exists() else f"{TITLE}\n{BEGIN}\n{END}\n"
    page.write_text(between(text, section(results, plots, page.parent)), encoding="utf-8")
    return [page, *plots]


def section(results: Results, plots: list[Path], near: Path) -> str:
    """Return what stands between the marks."""
    pictures = [
        f"![{path.stem.replace('-', ' ')}]({path.relative_to(near).as_posix()})" for path in plots
    ]
    return "\n\n".join([made(results), lines(list(tables(results))), *pictures])


def made(results: Results) -> str:
    """Return the sentence that says where and how a run was made."""
    about = results.about
    return (
        f"{about['at'][:10]}: {about['cpus']} CPUs ({about['machine']}), Python {about['python']}, "
        f"RabbitMQ {about['broker']}, {about['database']}; {about['rounds']} rounds, "
        f"{', '.join(about['stages'])}. Figures are medians of the rounds; ratios are taken within "
        "a round, and stand with the least and the most of them. What else ran on the machine took "
        f"{busy_elsewhere(results):.0%} of it."
    )


def busy_elsewhere(results: Results) -> float:
    """Return which share of the machine others had, in the middle of all stages."""
    return median(row.figures.elsewhere for row in results.rows) if results.rows else 0.0


def between(text: str, wanted: str) -> str:
    """Put a section between the marks of a page.

    Raises:
        ValueError: the page has no such marks.

    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} … {END}")
    return f"{before}{BEGIN}\n\n{wanted}\n\n{END}{after}"
