"""How both peers score: by counting, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

HIGH_FROM, MEDIUM_FROM = 14, 10


def score(answers: Mapping[str, str]) -> int:
    """Return how many questions were answered with yes."""
    return sum(answer == "yes" for answer in answers.values())


def band(score: int) -> str:
    """Return the level that a count stands for."""
    if score >= HIGH_FROM:
        return "high"
    return "medium" if score >= MEDIUM_FROM else "standard"
