"""What command lines of ours share: who types, and JSON for programs."""

from __future__ import annotations

import json
import os
import pwd
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def tell_json(told: Any) -> None:
    """Print one JSON value; moments as ISO 8601."""
    click.echo(json.dumps(told, indent=2, ensure_ascii=False, default=str))


def operator() -> str:
    """Return who this is: the user of the operating system, also who became root by sudo."""
    before = os.environ.get("SUDO_USER") if os.getuid() == 0 else None
    try:
        return before or pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid-{os.getuid()}"
