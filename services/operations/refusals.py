"""Why a command ends without having done everything, and what the shell is told.

Exit codes: 0 everything was done; 1 something was refused or left where it was; 2 the command was
used wrongly, or the bus or a database cannot be reached, and nothing more was done.
"""

from __future__ import annotations

import click


class CannotReach(click.ClickException):
    """The bus or a database does not answer; the sentence says what to do next."""

    exit_code = 2


class NotNamed(CannotReach):
    """Nothing says where the bus or a database is."""


class Left(click.ClickException):
    """Something was refused or is still where it was; the sentence says what and why."""

    exit_code = 1
