"""Write the pages that are made from the code: `python -m deploy.documents`.

`docs/events.md` comes from the catalogue of contracts and their golden examples, `docs/metrics.md`
from every metric that the sources register. A house test fails while either is stale.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields, validate

from services.contracts import vocabulary
from services.contracts.catalogue import CONTRACTS, Contract

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "services"
EXAMPLES = SOURCES / "contracts" / "examples"
KINDS = ("counter", "gauge", "histogram")
PATTERNS = {
    id(vocabulary.CODE): "code",
    id(vocabulary.REFERENCE): "reference",
    id(vocabulary.IDENTIFIER): "identifier",
}
PLAIN = {
    fields.Integer: "whole number",
    fields.Boolean: "true or false",
    fields.AwareDateTime: "moment",
}
EVENTS_HEAD = """# Events

Made by `python -m deploy.documents` from `services/contracts`; change it there.

An event leaves its publisher on the topic exchange `<publisher>.events` under its name below and
waits for each hearer in the durable quorum queue `<hearer>.<name>`; a portal process has one queue
of its own for all that it hears, since open inboxes need only what is new. The body is one JSON
envelope: `event_id, type, version, occurred_at, producer, case_id, seq, correlation_id,
causation_id, traceparent, data`. No field can hold a name, an address or free text: a test tries.

Within a version only optional fields are added; anything else is a new version, and both are
published until every hearer has moved. Readers ignore fields that they do not know.
"""
METRICS_HEAD = """# Metrics

Made by `python -m deploy.documents` from the sources. Every process serves its own on `/metrics`.
Labels come from closed sets and never name a case, a person or an agency. Counters and histograms
get Prometheus' own endings (`_total`, `_bucket`, `_sum`, `_count`).
"""


@dataclass(frozen=True, slots=True, order=True)
class Metric:
    """One registered metric and where it is registered."""

    owner: str
    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str


def events_page() -> str:
    """Return the page of events, publisher by publisher."""
    parts = [EVENTS_HEAD, *(_contract(one) for one in CONTRACTS)]
    return "\n".join(parts)


def _contract(one: Contract) -> str:
    example = json.loads((EXAMPLES / f"{one.routing_key}.json").read_text(encoding="utf-8"))
    hearers = ", ".join(f"**{hearer}**" for hearer in one.hearers)
    rows = [
        f"| `{name}` | {kind} | {'may be null' if field.allow_none else ''} |"
        for name, field, kind in _rows(one.schema())
    ]
    return "\n".join(
        [
            f"## {one.routing_key}\n",
            f"{one.meaning}\n",
            f"Said by **{one.publisher}**, heard by {hearers}.\n",
            "| field | kind | |\n|---|---|---|",
            *rows,
            f"\n```json\n{json.dumps(example['data'], indent=2)}\n```\n",
        ]
    )


def _rows(schema: Schema, before: str = "") -> Iterator[tuple[str, Any, str]]:
    for name, field in schema.fields.items():
        path = f"{before}{field.data_key or name}"
        if isinstance(field, fields.Nested):
            yield from _rows(field.schema, f"{path}.")
        else:
            yield path, field, kind_of(field)


def kind_of(field: Any) -> str:
    """Return in words what a field holds."""
    if isinstance(field, fields.List):
        return f"list of {kind_of(field.inner)}"
    if isinstance(field, fields.Dict):
        return f"{kind_of(field.key_field)} → {kind_of(field.value_field)}"
    for rule in field.validators:
        if isinstance(rule, validate.OneOf):
            return " · ".join(f"`{choice}`" for choice in rule.choices)
        if id(rule) in PATTERNS:
            return PATTERNS[id(rule)]
    return PLAIN[type(field)]


def metrics_page() -> str:
    """Return the page of metrics, owner by owner."""
    parts = [METRICS_HEAD]
    for owner, group in groupby(metrics(), key=lambda one: one.owner):
        title = "Every process" if owner == "chassis" else owner.capitalize()
        rows = [
            f"| `{one.name}` | {one.kind} | {', '.join(f'`{x}`' for x in one.labels)} "
            f"| {one.meaning} |"
            for one in group
        ]
        parts += [f"## {title}\n", "| metric | kind | labels | meaning |\n|---|---|---|---|", *rows]
        parts.append("")
    return "\n".join(parts)


@cache
def metrics() -> tuple[Metric, ...]:
    """Return every metric that the sources register, in order."""
    found = {
        metric
        for path in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and (metric := _metric(node, path))
    }
    return tuple(sorted(found))


def _metric(call: ast.Call, path: Path) -> Metric | None:
    kind = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if kind not in KINDS or not call.args[1:]:
        return None
    name, meaning = map(ast.literal_eval, call.args[:2])
    labels = [*call.args[2:3], *(k.value for k in call.keywords if k.arg == "labels")]
    owner = path.relative_to(SOURCES).parts[0]
    return Metric(owner, name, kind, tuple(ast.literal_eval(labels[0])) if labels else (), meaning)


PAGES: Mapping[str, Callable[[], str]] = {
    "docs/events.md": events_page,
    "docs/metrics.md": metrics_page,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (ROOT / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
