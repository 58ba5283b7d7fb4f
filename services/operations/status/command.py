"""`outreach status`: one screen of how much waits and for how long."""

from __future__ import annotations

import sys

import click

from services.chassis.terminal import json_option, tell_json
from services.operations.settings import read_environment
from services.operations.status import screen
from services.operations.status.reading import Status, read_status

ALL_SEEN, PART_UNREACHED, NOTHING_REACHED = 0, 1, 2


@click.command(short_help="Show on one screen what waits, and for how long.")
@json_option
def status(as_json: bool) -> None:
    """Show on one screen what waits: outboxes, queues, dead letters, drill, open alerts.

    It judges nothing: `outreach doctor` does. What cannot be read is told with its reason. In the
    column of consumers stands how many take from the queue that has the fewest.

    Exit codes: 0 shown, but for what is not permitted; 1 a part could not be reached; 2 used
    wrongly, or nothing could be reached.

    Example: outreach status

    Example: watch -n 5 outreach status

    Example: outreach status --json | jq '.services[].queues.dead_letters'
    """
    found = read_status(read_environment())
    if as_json:
        tell_json(screen.as_json(found))
    else:
        click.echo("\n".join(screen.lines(found)))
    sys.exit(exit_code(found))


def exit_code(found: Status) -> int:
    """Return whether all of it, a part or nothing could be reached."""
    if not found.is_anything_seen:
        return NOTHING_REACHED
    is_all = all(not part.is_permitted for part in found.unseen)
    return ALL_SEEN if is_all else PART_UNREACHED
