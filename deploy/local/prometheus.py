"""Prometheus beside the system on this machine, where its program is."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from deploy.local import tools
from deploy.local.children import Child
from deploy.local.layout import ROOT, Layout
from deploy.local.ports import HOST
from deploy.local.services import SERVICES

RULES = ROOT / "deploy" / "prometheus" / "rules"
KEPT = "7d"
ASK_WITHIN_S = 2.0


class Prometheus:
    """Reads the figures of every process every five seconds, and keeps them for a week.

    It calls nobody: what its rules find is on its page.
    """

    def __init__(self, program: Path, port: int, processes: Mapping[str, int]) -> None:
        self._program, self._port, self._processes = program, port, processes

    @property
    def url(self) -> str:
        """Return the address of its page."""
        return f"http://localhost:{self._port}"

    def start(self, layout: Layout) -> Child:
        """Start it as a process."""
        folder = layout.base / "prometheus"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        configuration = folder / "prometheus.yml"
        configuration.write_text(json.dumps(self.configuration()), encoding="utf-8")
        return Child(
            "prometheus",
            [
                str(self._program),
                f"--config.file={configuration}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--storage.tsdb.retention.time={KEPT}",
                f"--web.listen-address={HOST}:{self._port}",
            ],
            log=layout.log("prometheus"),
            environment=os.environ,
            cwd=folder,
        )

    def configuration(self) -> dict[str, object]:
        """Return what it is to read: JSON is YAML, too."""
        targets = [
            {
                "targets": [f"{HOST}:{self._processes[name]}"],
                "labels": {"service": name, "role": "all"},
            }
            for name in SERVICES
        ]
        return {
            "global": {"scrape_interval": "5s", "evaluation_interval": "15s"},
            "rule_files": [str(RULES / "*.yml")],
            "scrape_configs": [{"job_name": "casework", "static_configs": targets}],
        }

    def answers(self) -> bool:
        """Is it ready to be asked?"""
        try:
            with urlopen(f"http://{HOST}:{self._port}/-/ready", timeout=ASK_WITHIN_S):
                return True
        except (URLError, OSError):
            return False


def here(ports: Mapping[str, int]) -> Prometheus | None:
    """Return it where its program is on this machine."""
    program = tools.found("prometheus")
    return None if program is None else Prometheus(program, ports["prometheus"], ports)
