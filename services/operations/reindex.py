"""`outreach reindex`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence

import click

from services.chassis.terminal import json_option, tell_json
from services.operations.progress import bar
from services.operations.refusals import CannotReach, Left
from services.operations.settings import CONSUMERS, database_of, read_environment

PROGRAM = "services.chassis.storage.reindexing"
TO_MEND = frozenset({"missing", "differs"})
Told = dict[str, str]


@click.command(short_help="Compare indexes, and build what is missing.")
@click.option("--look", "is_look", is_flag=True, help="Only say what differs; build nothing.")
@click.option(
    "--service",
    "services",
    multiple=True,
    type=click.Choice(CONSUMERS),
    help="Only this service; may be given more than once.",
)
@json_option
def reindex(is_look: bool, services: Sequence[str], as_json: bool) -> None:
    """Compare the indexes of each service with those that it declares, and build what is missing.

    Services do this at their start and are not ready before: with a grown collection do it while
    the release before still runs. What differs is built anew. What nobody declares is told and
    left. The portal has a few small ones, which it builds by itself.

    Exit codes: 0 all are there; 1 some are missing or differ (--look); 2 used wrongly, or a
    database cannot be reached or refuses.

    Example: outreach reindex --look
    """
    env, chosen = read_environment(), tuple(services) or CONSUMERS
    for each in chosen:
        database_of(env, each)
    found: list[Told] = []
    with bar("reindex", is_quiet=as_json) as begin:
        done = begin(len(chosen))
        for each in chosen:
            found += _of(each, is_look=is_look)
            done(1)
    _tell(found, as_json=as_json)
    if left := sum(each["state"] in TO_MEND for each in found):
        raise Left(f"{left:,} indexes are missing or differ: run reindex without --look.")


def _of(service: str, *, is_look: bool) -> Iterator[Told]:
    command = [sys.executable, "-m", PROGRAM, service, *(["--look"] if is_look else [])]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell, and our own program
    if ran.returncode:
        why = ran.stderr.strip().splitlines()[-1:] or ["it ended"]
        raise CannotReach(
            f"the indexes of {service} cannot be looked at or built ({why[0].split(':')[0]}): see "
            "that its database answers and its user may list and create indexes; run it again."
        )
    for line in ran.stdout.splitlines():
        yield {"service": service, **json.loads(line)}


def _tell(found: Sequence[Told], *, as_json: bool) -> None:
    if as_json:
        tell_json({"indexes": found})
        return
    for each in found:
        if each["state"] != "there":
            click.echo(f"{each['service']} {each['collection']}.{each['index']}: {each['state']}")
    there = sum(each["state"] == "there" for each in found)
    click.echo(f"{there:,} indexes were there as declared")
