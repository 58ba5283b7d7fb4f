"""Options that several commands have."""

from __future__ import annotations

from contextlib import suppress

import click
from marshmallow import ValidationError

from services.chassis.terminal import operator
from services.contracts.vocabulary import IDENTIFIER

SHORTEST_REASON, LONGEST_REASON = 10, 300


def reason(_context: click.Context, _option: click.Parameter, told: str) -> str:
    """Read why something is done, as one line."""
    tidy = " ".join(told.split())
    if not SHORTEST_REASON <= len(tidy) <= LONGEST_REASON or not tidy.isprintable():
        raise click.BadParameter(
            f"say why in {SHORTEST_REASON} to {LONGEST_REASON} characters that identify nobody."
        )
    return tidy


def account(_context: click.Context, _option: click.Parameter, told: str | None) -> str:
    """Read who does this; by default the user of the operating system."""
    name = told or operator()
    with suppress(ValidationError):
        return str(IDENTIFIER(name))
    raise click.BadParameter("give an account: letters, digits and . _ : - only.")


by_option = click.option(
    "--by",
    metavar="ACCOUNT",
    callback=account,
    help="Who does this, if not the user of the operating system. It is written down.",
)
