"""What a dashboard is made of, and how Grafana wants it told: its JSON, schema version 39."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SCHEMA = 39
SOURCE = {"type": "prometheus", "uid": "prometheus"}  # as provisioning/datasources names it
COLUMNS = 24
HEIGHTS = {"row": 1, "stat": 4, "timeseries": 8}
GOOD, BAD = "green", "red"


@dataclass(frozen=True, slots=True)
class Line:
    """What is drawn: an expression of PromQL, and a legend in which `{{label}}` is filled in."""

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """Lines over time; `says` is one sentence on how to read them.

    `unit` is one of Grafana's: `s`, `short`, `ops`, `bytes`, `percentunit`. `limit` is drawn as a
    red line: that of the alert rule which goes by the same figure.
    """

    title: str
    lines: tuple[Line, ...]
    says: str
    unit: str = "short"
    limit: float | None = None
    kind: str = "timeseries"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number as it is now, red from `bad_from` on, or below it where `low_is_bad`."""

    title: str
    lines: tuple[Line, ...]
    says: str
    unit: str = "short"
    bad_from: float | None = None
    low_is_bad: bool = False
    kind: str = "stat"


Panel = Graph | Figure


@dataclass(frozen=True, slots=True)
class Row:
    """Panels side by side under a heading; all of them are equally wide."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard; `uid` names its file and its address, and never changes."""

    uid: str
    title: str
    says: str
    rows: tuple[Row, ...]

    @property
    def panels(self) -> Iterator[Panel]:
        """Yield every panel, from top to bottom."""
        for row in self.rows:
            yield from row.panels


def graph(
    title: str, says: str, *lines: Line, unit: str = "short", limit: float | None = None
) -> Graph:
    """Return a graph of some lines."""
    return Graph(title, lines, says, unit, limit)


def figure(
    title: str,
    says: str,
    *lines: Line,
    unit: str = "short",
    bad_from: float | None = None,
    low_is_bad: bool = False,
) -> Figure:
    """Return numbers as they are now."""
    return Figure(title, lines, says, unit, bad_from, low_is_bad)


def row(title: str, *panels: Panel) -> Row:
    """Return panels side by side."""
    return Row(title, panels)


def as_json(board: Board) -> str:
    """Return a dashboard as Grafana reads it from a file."""
    return json.dumps(_board(board), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _board(board: Board) -> dict[str, Any]:
    return {
        "uid": board.uid,
        "title": board.title,
        "description": board.says,
        "tags": ["casework"],
        "schemaVersion": SCHEMA,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "10s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "panels": list(_placed(board)),
    }


def _placed(board: Board) -> Iterator[dict[str, Any]]:
    number, top = 1, 0
    for each in board.rows:
        yield _at(number, 0, top, COLUMNS, "row") | {"title": each.title, "collapsed": False}
        number, top = number + 1, top + HEIGHTS["row"]
        width = COLUMNS // len(each.panels)
        for index, panel in enumerate(each.panels):
            yield _panel(panel) | _at(number, index * width, top, width, panel.kind)
            number += 1
        top += max(HEIGHTS[panel.kind] for panel in each.panels)


def _at(number: int, left: int, top: int, width: int, kind: str) -> dict[str, Any]:
    place = {"x": left, "y": top, "w": width, "h": HEIGHTS[kind]}
    return {"id": number, "type": kind, "gridPos": place}


def _panel(panel: Panel) -> dict[str, Any]:
    return {
        "title": panel.title,
        "description": panel.says,
        "datasource": SOURCE,
        "targets": [_target(index, line) for index, line in enumerate(panel.lines)],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": _options(panel),
    }


def _target(index: int, line: Line) -> dict[str, Any]:
    return {
        "refId": chr(ord("A") + index),
        "datasource": SOURCE,
        "expr": line.expression,
        "legendFormat": line.legend,
    }


def _options(panel: Panel) -> dict[str, Any]:
    if isinstance(panel, Graph):
        legend = {"displayMode": "list", "placement": "bottom", "showLegend": True}
        return {"legend": legend, "tooltip": {"mode": "multi", "sort": "desc"}}
    return {
        "colorMode": "value",
        "graphMode": "area",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "textMode": "value_and_name" if len(panel.lines) > 1 or panel.lines[0].legend else "value",
    }


def _defaults(panel: Panel) -> dict[str, Any]:
    if isinstance(panel, Figure):
        return {"unit": panel.unit, "thresholds": _steps(panel)}
    style = {"mode": "off" if panel.limit is None else "line"}
    custom = {"drawStyle": "line", "fillOpacity": 8, "thresholdsStyle": style}
    return {"unit": panel.unit, "min": 0, "custom": custom, "thresholds": _limit(panel.limit)}


def _steps(panel: Figure) -> dict[str, Any]:
    below, above = (BAD, GOOD) if panel.low_is_bad else (GOOD, BAD)
    if panel.bad_from is None:
        return _thresholds((None, "text"))
    return _thresholds((None, below), (panel.bad_from, above))


def _limit(limit: float | None) -> dict[str, Any]:
    first = (None, GOOD)
    return _thresholds(first) if limit is None else _thresholds(first, (limit, BAD))


def _thresholds(*steps: tuple[float | None, str]) -> dict[str, Any]:
    return {"mode": "absolute", "steps": [{"value": at, "color": colour} for at, colour in steps]}
