"""Write every dashboard: `python -m deploy.grafana`. A house test fails while one is stale."""

from __future__ import annotations

from pathlib import Path

from deploy.grafana.boards import BOARDS
from deploy.grafana.panels import as_json

FOLDER = Path(__file__).parent / "dashboards"


def main() -> None:
    """Write each dashboard into its file."""
    for board in BOARDS:
        (FOLDER / f"{board.uid}.json").write_text(as_json(board), encoding="utf-8")


if __name__ == "__main__":
    main()
