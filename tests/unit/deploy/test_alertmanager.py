"""Every alert goes to whom its severity says, and nothing holds a page back."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from deploy.local import tools
from tests.house.alarms import Rule, alerts
from tests.support.calls import FOLDER, configuration, routes, with_addresses

KNOWS_FILES = (0, 26)  # the first Alertmanager that reads the address of a webhook from a file
MISSING = "amtool is not here; type: make setup (it is in the package prometheus-alertmanager)"
LABELS = ("service=risk", "role=all", "consumer=risk", "instance=risk:8102")


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def amtool() -> Path:
    return tools.found("amtool") or pytest.fail(MISSING)


@pytest.fixture(scope="module")
def readable(amtool: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the configuration as this amtool can read it: an old one knows no `url_file`."""
    done = run(amtool, "--version")
    version = re.search(r"version (\d+)\.(\d+)", done.stdout + done.stderr)
    assert version
    if (int(version[1]), int(version[2])) >= KNOWS_FILES:
        return FOLDER / "alertmanager.yml"
    path = tmp_path_factory.mktemp("alertmanager") / "alertmanager.yml"
    path.write_text(yaml.safe_dump(with_addresses(configuration(), "http://localhost")))
    return path


def receiver(amtool: Path, path: Path, *labels: str) -> str:
    done = run(amtool, "config", "routes", "test", f"--config.file={path}", *labels)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_configuration_is_one(amtool: Path, readable: Path) -> None:
    done = run(amtool, "check-config", readable)
    assert done.returncode == 0, done.stdout + done.stderr


def test_that_of_the_demonstration_is_one(amtool: Path) -> None:
    done = run(amtool, "check-config", FOLDER / "demo.yml")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("rule", alerts(), ids=lambda rule: f"{rule.name}-{rule.severity}")
def test_every_alert_goes_to_whom_its_severity_says(
    amtool: Path, readable: Path, rule: Rule
) -> None:
    labels = (f"alertname={rule.name}", f"severity={rule.severity}", *LABELS)
    assert receiver(amtool, readable, *labels) == rule.severity
    assert receiver(amtool, FOLDER / "demo.yml", *labels) == rule.severity


@pytest.mark.parametrize("labels", [("alertname=New",), ("alertname=New", "severity=warning")])
def test_what_no_route_knows_is_a_page(amtool: Path, readable: Path, labels: tuple[str]) -> None:
    assert receiver(amtool, readable, *labels) == "page"


def test_the_demonstration_differs_in_whom_it_tells_and_in_nothing_else() -> None:
    real, shown = configuration(), configuration("demo")
    names = [[each["name"] for each in told.pop("receivers")] for told in (real, shown)]
    assert real == shown
    assert names[0] == names[1]


def test_every_receiver_has_its_route_and_every_route_its_receiver() -> None:
    told = configuration()
    assert [each["name"] for each in told["receivers"]] == [
        route["receiver"] for route in routes(told)
    ]


def test_a_page_waits_for_no_other() -> None:
    page = next(route for route in routes(configuration()) if route["receiver"] == "page")
    assert page["group_by"] == ["..."]
    assert page["group_wait"] == "0s"


def test_no_page_and_no_heartbeat_is_ever_held_back_by_another_alert() -> None:
    inhibitions = configuration()["inhibit_rules"]
    assert inhibitions
    assert all('severity="ticket"' in each["target_matchers"] for each in inhibitions)
    assert all('severity="page"' in each["source_matchers"] for each in inhibitions)


def test_every_alert_that_an_inhibition_names_exists_with_that_severity() -> None:
    known = {(rule.severity, rule.name) for rule in alerts()}
    for each in configuration()["inhibit_rules"]:
        for severity, side in (("page", "source_matchers"), ("ticket", "target_matchers")):
            for matcher in each[side]:
                if found := re.match(r'alertname=~?"(.+)"', matcher):
                    assert {(severity, name) for name in found[1].split("|")} <= known


def test_no_mail_and_no_webhook_is_told_who_may_log_in_where() -> None:
    written = "".join(path.read_text() for path in FOLDER.glob("*.yml"))
    assert not re.search(
        r"password|auth_|credentials|token|api_key|https?://(?!localhost)", written
    )
