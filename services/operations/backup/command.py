"""`outreach backup` and `outreach restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from environs import Env

from services.chassis import clock
from services.chassis.terminal import json_option, tell_json
from services.operations.backup.folder import Manifest, NotABackup
from services.operations.backup.restoring import Source, deed_of_restore, refuse_full
from services.operations.backup.restoring import restore as put_back
from services.operations.backup.saving import Databases, save
from services.operations.backup.stopped import Rest, look
from services.operations.databases import all_opened
from services.operations.doctor.expected import SERVICES
from services.operations.options import by_option
from services.operations.progress import bar
from services.operations.refusals import Left
from services.operations.settings import read_environment

LOUD = """\
The master keys are NOT in it: keep each *_VAULT_KEY_FILE and BLIND_INDEX_KEY_FILE elsewhere, or
nobody will ever read a name in it. What is sealed stays sealed; codes, answers and the accounts of
staff are in the clear: keep the folder where only you can read it."""
SAY_SO = "--services-are-stopped"
folder_argument = click.argument("folder", type=click.Path(path_type=Path))
stopped_option = click.option(
    SAY_SO, "is_stopped", is_flag=True, help="You have stopped all services; what is seen counts."
)


@click.command(short_help="Copy all databases into a new FOLDER, while all runs.")
@folder_argument
@stopped_option
@json_option
def backup(folder: Path, is_stopped: bool, as_json: bool) -> None:
    """Copy the databases of all services into a new FOLDER, while they run.

    All of it is of one moment: started from it, the services say again what was not heard by then,
    and what is heard twice changes nothing. A folder that has its name is whole. Files can be read
    by you alone. Master keys, dead letters and who is signed in are not in it.

    Exit codes: 0 done; 1 there is something of this name, or services run that you said were
    stopped; 2 used wrongly, or a database cannot be reached or read.

    Example: outreach backup /media/backups/2027-03-01
    """
    env = read_environment()
    with all_opened(env, SERVICES) as databases, bar("backup", is_quiet=as_json) as begin:
        if is_stopped:
            _refuse_running(look(env, databases))
        made = save(databases, folder, begin, is_stopped=is_stopped)
    if as_json:
        tell_json(made.as_json())
        return
    size = sum(each.bytes for each in made.files)
    click.echo(f"{folder}: {made.documents:,} documents in {len(made.files)} files, {size:,} bytes")
    click.echo(LOUD, err=True)


@click.command(short_help="Bring back a backup, into databases that are empty.")
@folder_argument
@click.option(
    "--keys",
    type=click.Path(path_type=Path),
    help="Take the keys from this later backup: who was erased in between stays erased.",
)
@click.option("--check", "is_check", is_flag=True, help="Only read it and say whether it is whole.")
@click.option("--replace", "is_replacing", is_flag=True, help="Remove what is there first.")
@click.option("--keep-messages", is_flag=True, help="Let queues keep what waits in them.")
@stopped_option
@by_option
@json_option
def restore(
    folder: Path,
    keys: Path | None,
    is_check: bool,
    is_replacing: bool,
    keep_messages: bool,
    is_stopped: bool,
    by: str,
    as_json: bool,
) -> None:
    """Bring back a backup: all of FOLDER, into databases that are empty, while no service runs.

    It is read and compared with its checksums before anything is written. Ended in the middle it is
    begun again by the same command; until it is done no service starts. Indexes are built by the
    services. It is written down who did it.

    Exit codes: 0 done; 1 refused: a damaged backup, a service that runs, a database that is not
    empty, queues that are not; 2 used wrongly, or a database cannot be reached.

    Example: outreach restore /media/backups/2027-03-01 --check

    Example: outreach restore /media/backups/2026-12-01 --keys /media/backups/2027-03-01
    """
    source = _checked(folder, keys, is_quiet=as_json)
    if is_check:
        _tell(source.manifest, {}, as_json=as_json)
        return
    env = read_environment()
    with all_opened(env, SERVICES) as databases:
        _refuse_unready(env, databases, is_stopped=is_stopped, keep_messages=keep_messages)
        if not is_replacing:
            refuse_full(databases)
        with bar("restore", is_quiet=as_json) as begin:
            deed = deed_of_restore(clock.now(), by, source.manifest)
            count = put_back(databases, source, begin, deed)
    _tell(source.manifest, count, as_json=as_json)


def _checked(folder: Path, keys: Path | None, *, is_quiet: bool) -> Source:
    try:
        source = Source(folder, keys)
        with bar("check", is_quiet=is_quiet) as begin:
            source.check(begin)
    except NotABackup as error:
        raise Left(f"{error}: nothing was written; take another backup.") from None
    if source.later.made_at < source.manifest.made_at:
        raise Left("--keys names an earlier backup: it lacks the keys of what was sealed since.")
    return source


def _refuse_unready(
    env: Env, databases: Databases, *, is_stopped: bool, keep_messages: bool
) -> None:
    seen = look(env, databases)
    _refuse_running(seen)
    if seen.unseen and not is_stopped:
        raise Left(
            f"not seen: {'; '.join(seen.unseen)}. See yourself that no service runs, then say "
            f"{SAY_SO}."
        )
    if seen.waiting and not keep_messages:
        names = ", ".join(f"{each.name} ({each.waiting:,})" for each in seen.waiting)
        raise Left(
            f"queues hold messages of another time than the backup: {names}. Empty each with "
            "rabbitmqctl purge_queue; what matters of them is said again. Or say --keep-messages: "
            "docs/operations.md tells what that means."
        )


def _refuse_running(seen: Rest) -> None:
    if seen.running:
        raise Left(f"{', '.join(seen.running)} still run: stop them, then run this again.")


def _tell(manifest: Manifest, count: dict[str, int], *, as_json: bool) -> None:
    if as_json:
        told: dict[str, Any] = {"made_at": manifest.made_at.isoformat(), "is_whole": True}
        tell_json(told | {"documents": manifest.documents, "restored": count})
        return
    made = f"made at {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC"
    if not count:
        click.echo(f"whole: {manifest.documents:,} documents, {made}")
        return
    click.echo(", ".join(f"{service} {number:,}" for service, number in count.items()))
    click.echo(
        f"restored as {made}. Start the services with the master keys of that time; ask agencies "
        "to send again what they have sent since (sent twice means once)."
    )
