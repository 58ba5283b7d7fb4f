"""The table of contents of the command line."""

from __future__ import annotations

import logging
import os

import click

from services.chassis.logs import note_beside_output
from services.operations.backup.command import backup, restore
from services.operations.dead_letters import group
from services.operations.doctor.command import doctor
from services.operations.elsewhere import accounts, keys, rota
from services.operations.erase import erase_client
from services.operations.grants import grants
from services.operations.reindex import reindex
from services.operations.rotate_keys import rotate_keys
from services.operations.status.command import status


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def outreach() -> None:
    """Look after a running system.

    Where it is, is told by the environment: AMQP_URI, MONGODB_URI or <SERVICE>_MONGO_URI, and
    DATABASE_PREFIX. Where the environment names none of these, ./outreach takes what `make run`
    has left in var/outreach.env.

    Exit codes: 0 done; 1 something was refused or left; 2 used wrongly, or the bus or a database
    cannot be reached.
    """
    os.umask(0o077)  # whatever a command writes is for its owner alone
    note_beside_output()
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # a command says it in one sentence


for each in (
    doctor,
    status,
    group,
    grants,
    backup,
    restore,
    reindex,
    rotate_keys,
    erase_client,
    keys,
    accounts,
    rota,
):
    outreach.add_command(each)
