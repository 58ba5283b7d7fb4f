"""The demonstration is balanced on new data and on kept data; the API's page tells the truth."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from shutil import which

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.documents import metrics
from deploy.local.services import SERVICES
from tests.e2e.playing import accounts_of, play_on
from tests.house.source import ROOT
from tests.support import not_run as absence
from tests.support.stack import Stack

EXAMPLE = re.compile(r"<!-- answers (\d+) -->\n```sh\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demonstration")


def test_every_referral_has_its_case_and_every_high_one_its_alert(
    stack: Stack, folder: Path
) -> None:
    ledger, told = play_on(stack, folder)
    assert ledger.missing == []
    assert (ledger.submitted, ledger.refused, ledger.alerts, ledger.lost) == (13, 2, 10, 0)
    assert ledger.p50_ms <= ledger.p99_ms < 5_000
    assert not any("\033" in line for line in told)
    assert json.loads(ledger.as_json())["missing"] == []


def test_it_can_be_played_again_on_the_data_of_the_first_time(stack: Stack, folder: Path) -> None:
    ledger, _ = play_on(stack, folder)
    assert ledger.missing == []
    assert (ledger.submitted, ledger.alerts, ledger.lost) == (13, 11, 0)


@pytest.mark.parametrize("service", SERVICES)
def test_a_process_serves_the_metrics_of_the_catalogue_and_no_others(
    stack: Stack, folder: Path, service: str
) -> None:
    accounts_of(stack, folder)
    page = httpx.get(f"{stack.url(service)}/metrics").text
    families = {family.name for family in text_string_to_metric_families(page)}
    served = {name for name in families if is_ours(name)}
    listed = {
        metric.name.removesuffix("_total")
        for metric in metrics()
        if metric.owner in {service, "chassis"}
    }
    assert served == listed


def is_ours(family: str) -> bool:
    """Is it one that we registered? The client adds when each counter began, as `_created`."""
    return family.startswith("casework_") and not family.endswith("_created")


def test_the_examples_of_the_api_page_answer_what_the_page_says(stack: Stack, folder: Path) -> None:
    if which("curl") is None:
        absence.not_run("curl is not installed (Debian: apt install curl)")
    keys = json.loads(accounts_of(stack, folder).read_text(encoding="utf-8"))["keys"]
    known = os.environ | {"PORTAL": stack.url("portal"), "KEY": keys[0]["key"]}
    examples = EXAMPLE.findall((ROOT / "docs" / "api.md").read_text(encoding="utf-8"))
    assert len(examples) == 5
    for status, command in examples:
        done = subprocess.run(
            ["/bin/sh", "-euc", command],
            cwd=ROOT,
            env=known,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.startswith(f"HTTP/1.1 {status}"), done.stdout + done.stderr
