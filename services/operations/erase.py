"""`outreach erase`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import click

from services.chassis import clock
from services.chassis.ids import read_reference
from services.chassis.storage.deeds import ERASE, Deed
from services.chassis.terminal import json_option, tell_json
from services.operations.databases import all_opened
from services.operations.erasing import Case, Erased, erase, find, look
from services.operations.options import by_option, reason
from services.operations.refusals import Left
from services.operations.settings import CONSUMERS, read_environment


@click.command("erase", short_help="Erase for good who the woman of a case is.")
@click.argument("reference")
@click.option(
    "--reason",
    "why",
    required=True,
    callback=reason,
    help="Why, as the register of requests has it. It is kept for ever: identify nobody.",
)
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask for the reference once more.")
@click.option("--look", "is_look", is_flag=True, help="Only say what there is to erase.")
@by_option
@json_option
def erase_client(
    reference: str, why: str, is_sure: bool, is_look: bool, by: str, as_json: bool
) -> None:
    """Erase for good who the woman of a case is: REFERENCE is the case's, C-....-....

    Her data key is destroyed in every service, and the hashes by which she could be recognised. Her
    name, addresses, numbers and every free text cannot be read any more, in no copy either whose
    keys are not older. Codes, scores, times and who did what remain. A process that has just read
    her may do so for up to a minute. Run again it destroys what was left.

    Exit codes: 0 erased; 1 there is no such case, or it was not confirmed; 2 used wrongly, or a
    database cannot be reached: what was not erased is left, run it again.

    Example: outreach erase C-7F3K-9QX2 --reason "request 2027-014 of the data protection officer"
    """
    with all_opened(read_environment(), CONSUMERS) as databases:
        case = find(databases["referrals"], _read(reference))
        if case is None:
            raise Left(f"there is no case {reference}: give the reference of a case, C-....-....")
        found = look(databases, case)
        if not is_look:
            if not is_sure:
                _confirm(case, found)
            deed = Deed(clock.now(), by, ERASE, case.reference, why, (case.key,))
            found = erase(databases, case, deed)
    _tell(case, found, is_erased=not is_look, as_json=as_json)


def _read(told: str) -> str:
    try:
        return read_reference(told)
    except ValueError:
        raise click.BadParameter("this is no reference: one looks like C-7F3K-9QX2.") from None


def _confirm(case: Case, found: Sequence[Erased]) -> None:
    where = ", ".join(each.service for each in found if each.keys) or "nowhere any more"
    click.echo(f"Keys of {case.reference}: {where}. This cannot be undone.", err=True)
    try:
        typed = click.prompt("Type the reference to erase her", err=True)
    except click.Abort:
        typed = ""
    if typed.strip().upper() != case.reference:
        raise Left("that is not the reference: nothing was erased.")


def _tell(case: Case, found: Sequence[Erased], *, is_erased: bool, as_json: bool) -> None:
    if as_json:
        told = {"reference": case.reference, "is_erased": is_erased}
        tell_json(told | {"services": [asdict(each) for each in found]})
        return
    did = "destroyed" if is_erased else "there"
    for each in found:
        more = f", hashes of {each.hashes:,} referrals" if each.hashes else ""
        click.echo(f"{each.service}: {each.keys:,} key {did}{more}")
    if is_erased:
        click.echo(
            "Now destroy the `keys` folder of every older backup, and take a new one: "
            "docs/operations.md.",
            err=True,
        )
