"""The rules of Prometheus as the house rules see them: alerts, what they read, their tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tests.house.source import ROOT, Source, files

FOLDER = "deploy/prometheus"
CONFIGURATION = f"{FOLDER}/prometheus.yml"
RUNBOOKS = "docs/runbooks"
OPERATORS = {"and", "or", "unless", "on", "ignoring", "by", "without", "group_left", "bool"}
ENDINGS = re.compile(r"_(bucket|count|sum)$")
APART = re.compile(r'"[^"]*"|\[[^\]]*\]|\b(?:by|on|without|ignoring)\s*\([^)]*\)')
NAME = re.compile(r"\b[a-zA-Z_:][\w:]*\b(?!\s*\()")
SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)\{([^}]*)\}")
MATCHER = re.compile(r'(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"')


@dataclass(frozen=True)
class Rule:
    """One rule: `name` is that of the alert, or of what is recorded."""

    file: str
    name: str
    expression: str
    is_alert: bool
    severity: str
    annotations: Mapping[str, str]

    @property
    def selectors(self) -> Iterator[tuple[str, str, str]]:
        """Yield metric, label and value of whatever the expression selects by."""
        for metric, matchers in SELECTOR.findall(self.expression):
            yield from ((metric, label, value) for label, value in MATCHER.findall(matchers))

    @property
    def metrics(self) -> set[str]:
        """Return every metric that the expression reads."""
        bare = re.sub(r"\{[^}]*\}", "", APART.sub(" ", self.expression))
        return set(NAME.findall(bare)) - OPERATORS


@dataclass(frozen=True)
class Trial:
    """What one test expects of an alert at one moment: the severities that fire, perhaps none."""

    alert: str
    severities: tuple[str, ...]


def rules() -> list[Rule]:
    """Return every rule, recorded or told."""
    return [_rule(one, written) for one in _files("rules") for written in _written(one)]


def alerts() -> list[Rule]:
    """Return the rules that tell somebody."""
    return [rule for rule in rules() if rule.is_alert]


def trials() -> list[Trial]:
    """Return what the tests of promtool expect."""
    return [
        Trial(each["alertname"], tuple(e["exp_labels"]["severity"] for e in each["exp_alerts"]))
        for one in _files("tests")
        for test in yaml.safe_load(one.text)["tests"]
        for each in test.get("alert_rule_test", ())
    ]


def configuration() -> dict[str, Any]:
    """Return what Prometheus is told to do."""
    told: dict[str, Any] = yaml.safe_load((ROOT / CONFIGURATION).read_text(encoding="utf-8"))
    return told


def runbook_of(alert: str) -> str:
    """Return where the runbook of an alert is: `BusAway` has `bus-away.md`."""
    return f"{RUNBOOKS}/{re.sub(r'(?<!^)(?=[A-Z])', '-', alert).lower()}.md"


def base_of(metric: str) -> str:
    """Return the name under which a metric is registered, without the ending of a histogram."""
    return ENDINGS.sub("", metric)


def _files(folder: str) -> list[Source]:
    return files(f"{FOLDER}/{folder}/*.yml")


def _written(one: Source) -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load(one.text)["groups"]:
        yield from group["rules"]


def _rule(one: Source, written: Mapping[str, Any]) -> Rule:
    return Rule(
        file=one.name,
        name=written.get("alert") or written["record"],
        expression=written["expr"],
        is_alert="alert" in written,
        severity=written.get("labels", {}).get("severity", ""),
        annotations=written.get("annotations", {}),
    )
