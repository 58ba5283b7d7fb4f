"""Commands of another service: its own code does them, in a process of its own."""

from __future__ import annotations

import subprocess
import sys

import click

from services.operations.settings import environment

PASSED_ON = {"ignore_unknown_options": True, "help_option_names": []}


def of_portal(name: str, summary: str) -> click.Command:
    """Return a command that the portal's own command line does; its --help is shown as well."""

    @click.command(name, context_settings=PASSED_ON, help=summary, add_help_option=False)
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    def passed_on(arguments: tuple[str, ...]) -> None:
        command = [sys.executable, "-m", "services.portal.administration", name, *arguments]
        sys.exit(subprocess.call(command, env=environment()))  # noqa: S603 - no shell, and our own program

    return passed_on


keys = of_portal("keys", "API keys of partner agencies: list, create, revoke.")
accounts = of_portal("accounts", "Accounts of people: list, create, reset, close, erase.")
rota = of_portal("rota", "Who is on duty now, area by area, and where nobody is.")
