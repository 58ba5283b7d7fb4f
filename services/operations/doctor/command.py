"""`outreach doctor`: everything that can be looked at, and what to do next."""

from __future__ import annotations

import os
import sys

import click

from services.chassis.terminal import json_option, tell_json
from services.operations.doctor import (
    bus_checks,
    database_checks,
    process_checks,
    screen,
    settings_checks,
)
from services.operations.doctor.findings import examine, exit_code
from services.operations.settings import read_environment


@click.command(short_help="Look at everything: what is wrong, what to do next.")
@json_option
def doctor(as_json: bool) -> None:
    """Look at everything that can be seen from here: what is wrong, and what to do next.

    Settings, the bus with its queues and dead letters, each service's database with its outbox, the
    drill, and processes where OUTREACH_PROCESSES names them. What this user may not see is told as
    not permitted, and is neither well nor wrong. Beside a scratch collection by which writes are
    tried out, and which is removed at once, nothing is changed.

    Exit codes: 0 nothing seen is wrong; 1 something is; 2 used wrongly, or nothing could be
    reached.

    Example: outreach doctor

    Example: outreach doctor --json | jq -r '.findings[] | select(.mark == "wrong").says'
    """
    before = dict(os.environ)
    env = read_environment()
    findings = examine(
        [
            *settings_checks.checks(env, before),
            *bus_checks.checks(env),
            *database_checks.checks(env),
            *process_checks.checks(env),
        ]
    )
    if as_json:
        tell_json(screen.as_json(findings))
    else:
        click.echo("\n".join(screen.lines(findings)))
    sys.exit(exit_code(findings))
