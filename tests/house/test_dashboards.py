"""Dashboards are what their code makes, and show nothing but what is measured."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from deploy.documents import metrics
from deploy.grafana import elsewhere
from deploy.grafana.__main__ import FOLDER
from deploy.grafana.boards import BOARDS
from deploy.grafana.panels import SOURCE, Board, as_json
from tests.house.alarms import Rule, base_of, configuration, rules
from tests.house.source import ROOT, faults, files

SENTENCE = re.compile(r"^\S.+[^.]\.$")
LEGEND = re.compile(r"\{\{(\w+)\}\}")
LABELS_OF_OTHERS = {"alertstate", "severity", "queue", "conn_type", "count_type"}
OF_A_TARGET = {"job", "instance", "service", "role", "le"}
NAMED_BY_US = {"Operations", "Alerts", "Casework", "RabbitMQ", "MongoDB"}


def expressions(*boards: Board) -> Iterator[tuple[str, Rule]]:
    """Yield where an expression stands, and the expression as a rule is read."""
    for board in boards or BOARDS:
        for panel in board.panels:
            for line in panel.lines:
                place = f"{board.title}: {panel.title}"
                yield (
                    place,
                    Rule("", "", line.expression, is_alert=False, severity="", annotations={}),
                )


def unknown(read: Rule, ours: set[str]) -> set[str]:
    """Return the metrics of an expression that neither we nor a list of others' metrics know."""
    known = ours | elsewhere.METRICS
    return {name for name in read.metrics if name not in known and base_of(name) not in ours}


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_a_dashboard_is_what_its_code_makes(board: Board) -> None:
    written = (FOLDER / f"{board.uid}.json").read_text(encoding="utf-8")
    assert written == as_json(board), "run: python -m deploy.grafana"


def test_no_dashboard_is_there_that_no_code_makes() -> None:
    assert {path.stem for path in FOLDER.glob("*")} == {board.uid for board in BOARDS}
    assert {board.title for board in BOARDS} == NAMED_BY_US


def test_every_metric_of_a_panel_is_measured() -> None:
    ours = {each.name for each in metrics()} | {each.name for each in rules() if not each.is_alert}
    found = [f"{place}: {name}" for place, read in expressions() for name in unknown(read, ours)]
    assert not found, faults(found)


def test_every_panel_reads_something() -> None:
    assert all(read.metrics for _, read in expressions())


def test_every_metric_of_others_in_the_closed_lists_is_read() -> None:
    read = {metric for _, each in expressions() for metric in each.metrics}
    read |= {metric for rule in rules() for metric in rule.metrics}
    unread = elsewhere.METRICS - read
    assert not unread, faults(sorted(unread))


def test_every_label_that_a_panel_selects_by_is_one_of_its_metric() -> None:
    labels = {metric.name: set(metric.labels) for metric in metrics()}
    found = [
        f"{place}: {metric}{{{label}}}"
        for place, read in expressions()
        for metric, label, _ in read.selectors
        if label not in labels.get(base_of(metric), LABELS_OF_OTHERS) | OF_A_TARGET
    ]
    assert not found, faults(found)


def test_every_label_by_which_a_panel_sums_is_one_of_its_metrics() -> None:
    labels = {metric.name: set(metric.labels) for metric in metrics()}
    found = [
        f"{place}: {label}"
        for place, read in expressions()
        for grouped in re.findall(r"\bby \(([^)]*)\)", read.expression)
        for label in grouped.split(", ")
        for metric in read.metrics
        if base_of(metric) in labels and label not in labels[base_of(metric)] | OF_A_TARGET
    ]
    assert not found, faults(found)


def test_every_legend_names_labels_that_its_expression_keeps() -> None:
    recorded = {rule.name: rule.expression for rule in rules() if not rule.is_alert}
    found = [
        f"{board.title}: {panel.title}: {{{{{label}}}}}"
        for board in BOARDS
        for panel in board.panels
        for line in panel.lines
        for label in LEGEND.findall(line.legend)
        if label not in recorded.get(line.expression, line.expression)
    ]
    assert not found, faults(found)


def test_every_panel_says_in_a_sentence_how_to_read_it() -> None:
    found = [
        f"{board.title}: {panel.title}"
        for board in BOARDS
        for panel in board.panels
        if not SENTENCE.match(panel.says)
    ]
    assert not found, faults(found)


def test_every_board_can_be_told_from_every_other_and_every_panel_of_it_too() -> None:
    assert len({board.uid for board in BOARDS}) == len(BOARDS)
    for board in BOARDS:
        numbers = [panel["id"] for panel in json.loads(as_json(board))["panels"]]
        assert len(set(numbers)) == len(numbers)


def test_no_two_panels_of_a_board_cover_each_other() -> None:
    for board in BOARDS:
        taken = [
            (x, y)
            for panel in json.loads(as_json(board))["panels"]
            for at in [panel["gridPos"]]
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        ]
        assert len(set(taken)) == len(taken), board.title
        assert max(x for x, _ in taken) < 24


def test_the_data_source_is_the_one_that_is_provisioned() -> None:
    written = next(iter(files("deploy/grafana/provisioning/datasources/*.yml"))).text
    assert f"uid: {SOURCE['uid']}\n" in written
    assert f"timeInterval: {configuration()['global']['scrape_interval']}" in written


def test_dashboards_are_looked_for_where_they_are_mounted() -> None:
    written = next(iter(files("deploy/grafana/provisioning/dashboards/*.yml"))).text
    path = re.search(r"path: (\S+)", written)
    assert path
    assert f"./deploy/grafana/dashboards:{path[1]}:ro" in (ROOT / "docker-compose.yml").read_text()
