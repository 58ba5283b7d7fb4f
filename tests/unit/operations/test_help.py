"""What `./outreach COMMAND --help` says: when to use it, how it ends, and one example at least."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from services.operations.commands import outreach
from services.portal.administration.commands import administration

GROUPS = (outreach, administration)


def walked(command: click.Command, *names: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield each command that does something itself, with the words that it is called by."""
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from walked(each, *names, name)
    elif command.add_help_option:  # a command of the portal is shown by the portal
        yield names, command


COMMANDS = [
    pytest.param(group, names, id="-".join(names)) for group in GROUPS for names, _ in walked(group)
]


def helped(group: click.Group, *names: str) -> str:
    return CliRunner().invoke(group, [*names, "--help"], terminal_width=80).output


@pytest.mark.parametrize(("group", "names"), COMMANDS)
def test_a_command_says_how_it_ends_and_gives_an_example(
    group: click.Group, names: tuple[str, ...]
) -> None:
    told = helped(group, *names)
    assert "Exit codes: 0 " in told
    assert f"outreach {' '.join(names)}" in told.partition("Example: ")[2]
    assert "--json" in told


def test_every_command_of_the_portal_is_one_of_outreach() -> None:
    assert set(administration.commands) <= set(outreach.commands)


@pytest.mark.parametrize("names", [(), ("dead-letters",)])
def test_a_list_of_commands_breaks_off_no_sentence(names: tuple[str, ...]) -> None:
    assert "..." not in helped(outreach, *names).partition("Commands:")[2]


@pytest.mark.parametrize("names", [("keys",), ("accounts",)])
def test_nor_does_a_list_of_the_portal(names: tuple[str, ...]) -> None:
    assert "..." not in helped(administration, *names).partition("Commands:")[2]
