"""The table of contents of the portal's part of the command line."""

from __future__ import annotations

import click

from services.chassis.logs import note_beside_output
from services.portal.administration.accounts import accounts
from services.portal.administration.keys import keys
from services.portal.administration.rota import rota


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def administration() -> None:
    """Look after accounts and API keys, and see who is on duty."""
    note_beside_output()


for each in (accounts, keys, rota):
    administration.add_command(each)
