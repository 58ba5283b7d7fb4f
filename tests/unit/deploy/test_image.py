"""How the image is built and run: nothing needless in it, nobody's secrets in a command."""

from __future__ import annotations

from pathlib import Path

import pytest

from deploy.image.engines import FILE, Containers, user
from deploy.local.layout import ROOT

SETTINGS = {"AMQP_URI": "amqp://risk:secret@127.0.0.1", "RISK_PORT": "8102"}


def copied() -> set[str]:
    lines = (ROOT / FILE).read_text().splitlines()
    own = [line.split()[1:-1] for line in lines if line.startswith("COPY") and "--from" not in line]
    return {name.removeprefix("./") for names in own for name in names}


def test_what_is_copied_into_the_image_is_all_that_a_build_sees() -> None:
    seen = (ROOT / f"{FILE}.dockerignore").read_text().splitlines()
    assert seen[0] == "*"
    assert {line.removeprefix("!") for line in seen if line.startswith("!")} == copied()


def test_everything_that_is_copied_is_there() -> None:
    assert all((ROOT / name).exists() for name in copied())


def test_the_image_runs_as_nobody_and_is_asked_whether_it_can_work() -> None:
    text = (ROOT / FILE).read_text()
    assert "\nUSER 10001:10001\n" in text
    assert "services.chassis.ready" in text.partition("HEALTHCHECK")[2]


@pytest.mark.parametrize("program", ["docker", "podman"])
def test_a_trial_narrows_a_service_and_tells_no_secret_to_who_lists_processes(program: str) -> None:
    ran = Containers(program).run("image", ["services.risk"], SETTINGS, Path("/keys"))
    assert "secret" not in " ".join(ran.command)
    assert {"--env=AMQP_URI", "--env=RISK_PORT", "--read-only", "--cap-drop=ALL"} <= set(
        ran.command
    )
    assert ran.command[-2:] == ["image", "services.risk"]
    assert user() > 0
