"""What a process measures, read as Prometheus would."""

from __future__ import annotations

import httpx
from prometheus_client.parser import text_string_to_metric_families


def measured(url: str, name: str, **labels: str) -> float | None:
    """Return a sample of a process by its whole name and labels; None if it is not there."""
    answer = httpx.get(f"{url}/metrics", timeout=5)
    answer.raise_for_status()
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return float(sample.value)
    return None
