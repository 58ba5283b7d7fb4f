"""Alerts go by what is measured, and each has a severity, a runbook and tests."""

from __future__ import annotations

import re

import yaml
from starlette.routing import Route

from deploy.documents import metrics
from deploy.grafana import elsewhere
from services.notifications.tally.alerts import SUBMIT_TO_ALERT
from services.portal import api, pages
from services.portal.live import door
from tests.house.alarms import (
    CONFIGURATION,
    RUNBOOKS,
    Rule,
    alerts,
    base_of,
    configuration,
    rules,
    runbook_of,
    trials,
)
from tests.house.source import ROOT, faults, files

OF_A_TARGET = {"job", "instance", "service", "role", "le"}
SEVERITIES = {"page", "ticket", "heartbeat"}
# The exporter speaks for the database; one container ends at once, the others are for show.
NO_FIGURES = {"mongo", "mongo-users", "edge", "mail", "traces"}
SENTENCE = re.compile(r"^\S.+[^.]\.$")
PARTS = ("## What it means", "## Look", "## Mend", "## Call")
RUNBOOK_LINES = 45


def unknown(rule: Rule) -> set[str]:
    """Return the metrics of a rule that neither we nor a list of others' metrics know."""
    registered = {metric.name for metric in metrics()}
    recorded = {each.name for each in rules() if not each.is_alert}
    known = registered | recorded | elsewhere.METRICS
    return {name for name in rule.metrics if name not in known and base_of(name) not in known}


def test_every_metric_of_a_rule_is_measured() -> None:
    found = [f"{rule.file}: {rule.name}: {name}" for rule in rules() for name in unknown(rule)]
    assert not found, faults(found)


def test_every_label_of_a_rule_is_one_of_its_metric() -> None:
    labels = {metric.name: set(metric.labels) for metric in metrics()}
    found = [
        f"{rule.file}: {rule.name}: {metric}{{{label}}}"
        for rule in rules()
        for metric, label, _ in rule.selectors
        if label not in labels.get(base_of(metric), set()) | OF_A_TARGET
    ]
    assert not found, faults(found)


def test_every_route_of_a_rule_is_one_of_the_portal() -> None:
    served = [*api.routes(), *pages.routes(), *door.routes()]
    paths = {route.path for route in served if isinstance(route, Route)}
    named = {
        path
        for rule in rules()
        for _, label, value in rule.selectors
        if label == "route"
        for path in value.split("|")
    }
    assert named
    assert named <= paths


def test_every_service_of_a_rule_is_scraped_under_that_name() -> None:
    scraped = {each["labels"]["service"] for each in targets()}
    named = {v for rule in rules() for _, label, v in rule.selectors if label == "service"}
    assert named
    assert named <= scraped


def test_the_bound_of_the_objective_is_a_bucket() -> None:
    assert 5 in SUBMIT_TO_ALERT


def targets() -> list[dict[str, dict[str, str]]]:
    """Return what is scraped: addresses and labels."""
    return [each for job in configuration()["scrape_configs"] for each in job["static_configs"]]


def test_every_container_is_scraped() -> None:
    containers = set(yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"])
    scraped = {address.split(":")[0] for each in targets() for address in each["targets"]}
    assert scraped == containers - NO_FIGURES, CONFIGURATION


def test_every_alert_has_a_severity_and_one_plain_sentence() -> None:
    found = [
        f"{rule.file}: {rule.name}"
        for rule in alerts()
        if rule.severity not in SEVERITIES or not SENTENCE.match(rule.annotations["summary"])
    ]
    assert not found, faults(found)


def test_every_alert_has_its_runbook_and_every_runbook_an_alert() -> None:
    named = {rule.annotations["runbook"] for rule in alerts()}
    written = {one.name for one in files(f"{RUNBOOKS}/*.md")} - {f"{RUNBOOKS}/README.md"}
    assert named == {runbook_of(rule.name) for rule in alerts()}
    assert named == written


def test_every_runbook_says_what_it_means_where_to_look_what_to_do_and_whom_to_call() -> None:
    found = [
        f"{one.name}: {part}"
        for one in files(f"{RUNBOOKS}/*.md")
        for part in PARTS
        if not one.name.endswith("README.md") and part not in one.lines
    ]
    assert not found, faults(found)


def test_a_runbook_can_be_read_at_night() -> None:
    found = [
        f"{one.name}: {len(one.lines)} lines"
        for one in files(f"{RUNBOOKS}/*.md")
        if not one.name.endswith("README.md") and len(one.lines) > RUNBOOK_LINES
    ]
    assert not found, faults(found)


def test_the_list_of_runbooks_names_each_alert_and_its_severity() -> None:
    rows = (ROOT / RUNBOOKS / "README.md").read_text(encoding="utf-8").splitlines()
    found = [
        f"{rule.name}: {rule.severity}"
        for rule in alerts()
        if not any(f"[{rule.name}]" in row and rule.severity in row for row in rows)
    ]
    assert not found, faults(found)


def test_every_alert_is_seen_to_fire_and_to_stay_silent() -> None:
    fired = {(each.alert, severity) for each in trials() for severity in each.severities}
    silent = {each.alert for each in trials() if not each.severities}
    found = [
        f"{rule.name}: {rule.severity}"
        for rule in alerts()
        if (rule.name, rule.severity) not in fired or rule.name not in silent
    ]
    assert not found, faults(found)


def test_what_an_expression_reads_is_found() -> None:
    expression = 'sum by (le) (rate(a_total{b="x_y"}[5m])) > 2 and on (c) c:d:e5m unless up == 0'
    rule = Rule("", "", expression, is_alert=True, severity="", annotations={})
    assert rule.metrics == {"a_total", "c:d:e5m", "up"}
    assert list(rule.selectors) == [("a_total", "b", "x_y")]
