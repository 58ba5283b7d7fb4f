"""The table of contents of the command line."""

from __future__ import annotations

import logging
import sys

import click
import structlog

from services.operations.dead_letters import group
from services.operations.doctor.command import doctor
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
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    logging.getLogger("pika").setLevel(logging.CRITICAL)  # a command says it in one sentence


for each in (doctor, status, group):
    outreach.add_command(each)
