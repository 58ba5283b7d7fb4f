"""Every expression of a dashboard is one that Prometheus can read."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from deploy.grafana.boards import BOARDS
from deploy.grafana.boards.expressions import OVER
from deploy.grafana.panels import Board
from deploy.local import tools


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_prometheus_can_read_every_expression(board: Board, tmp_path: Path) -> None:
    promtool = tools.found("promtool") or pytest.fail("promtool is not here; type: make setup")
    lines = [line for panel in board.panels for line in panel.lines]
    rules = [
        {"record": f"panel:{number}", "expr": line.expression.replace(OVER, "5m")}
        for number, line in enumerate(lines)
    ]
    told = tmp_path / "rules.yml"
    told.write_text(yaml.safe_dump({"groups": [{"name": board.uid, "rules": rules}]}))
    done = subprocess.run(
        [promtool, "check", "rules", told], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
