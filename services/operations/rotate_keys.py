"""`outreach rotate-keys`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import click

from services.chassis import clock
from services.chassis.storage.deeds import Deed, Deeds
from services.chassis.terminal import json_option, tell_json
from services.operations.databases import all_opened
from services.operations.options import by_option
from services.operations.progress import bar
from services.operations.refusals import Left
from services.operations.rotating import Ring, Rotation
from services.operations.settings import CONSUMERS, read_environment


@click.command("rotate-keys", short_help="Exchange the master keys, while all services run.")
@click.option("--new", "step", flag_value="new", help="Put a new master key first, then wrap.")
@click.option("--finish", "step", flag_value="finish", help="Take the old master keys out.")
@click.option("--look", "step", flag_value="look", help="Only say how far it is.")
@click.option(
    "--service",
    "services",
    multiple=True,
    type=click.Choice(CONSUMERS),
    help="Only this service; may be given more than once.",
)
@by_option
@json_option
def rotate_keys(step: str | None, services: Sequence[str], by: str, as_json: bool) -> None:
    """Exchange the master keys that wrap every client's data key, while all services run.

    --new puts a new key in front of each *_VAULT_KEY_FILE and wraps every data key with it; running
    services read the file again by themselves. Without an option it goes on with what is left, so
    it may be ended at any time and run again. --finish takes the old keys out of the files; links
    in messages that were sent before it are no longer good after it.

    Nothing that is sealed is touched. Back up the new files, apart from the data, before --finish.

    Exit codes: 0 done; 1 something is left; 2 used wrongly, a database or a file cannot be reached.

    Example: outreach rotate-keys --new

    Example: outreach rotate-keys --finish
    """
    env, chosen, step = read_environment(), tuple(services) or CONSUMERS, step or "wrap"
    with all_opened(env, chosen) as databases, bar("rotate-keys", is_quiet=as_json) as begin:
        rings = [Ring(env, name, databases[name]) for name in chosen]
        if step != "look":
            for name in chosen:
                deed = Deed(clock.now(), by, f"rotate-keys {step}", name)
                Deeds(databases[name]).record(deed)
        if step == "new":
            for ring in rings:
                ring.add()
        done = begin(sum(ring.look().left for ring in rings) if step in {"new", "wrap"} else 0)
        for ring in rings if step in {"new", "wrap"} else ():
            ring.wrap(done)
        for ring in rings if step == "finish" else ():
            ring.finish(done)
        seen = [ring.look() for ring in rings]
    _tell(seen, as_json=as_json)


def _tell(seen: Sequence[Rotation], *, as_json: bool) -> None:
    left = sum(each.left + each.unknown for each in seen)
    is_open = any(each.master_keys > 1 for each in seen)
    if as_json:
        tell_json({"left": left, "services": [asdict(each) for each in seen]})
    else:
        for each in seen:
            click.echo(
                f"{each.service}: {each.wrapped:,} data keys wrapped by the newest of "
                f"{each.master_keys} master keys, {each.left:,} by an older one, "
                f"{each.unknown:,} by one that is not in the file"
            )
    if left:
        raise Left(f"{left:,} data keys are left: run rotate-keys again; --help tells more.")
    if is_open and not as_json:
        click.echo(
            "The old keys wrap nothing any more: back up the files, then --finish.", err=True
        )
