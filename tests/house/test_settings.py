"""Every setting that is read is listed in `deploy/example.env`, and none is listed for nothing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.house.source import ROOT, SERVICES, called, faults, files, python

READERS = {"str", "int", "float", "bool", "path", "list", "url", "json", "timedelta", "log_level"}
EXAMPLE = "deploy/example.env"
NAME = re.compile(r"^#?\s?([A-Z][A-Z0-9_]+)=")
EVERYBODY = (*SERVICES, "portal")
SEALS_NOTHING = {"PORTAL_VAULT_KEY_FILE"}


def is_environment(call: ast.Call) -> bool:
    """Is this `env.str(...)`, or the like of another reader of an `Env`?"""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return called(call) in READERS and isinstance(owner, ast.Name) and owner.id == "env"


def names(argument: ast.expr) -> Iterator[str]:
    """Yield the names that an argument can be; what is put in stands for each service."""
    if isinstance(argument, ast.Constant):
        yield str(argument.value)
    elif isinstance(argument, ast.JoinedStr):
        for service in EVERYBODY:
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else service.upper()
                for part in argument.values
            )


def read() -> dict[str, str]:
    """Return every setting with a place where it is read."""
    return {
        name: f"{one.name}:{call.lineno}"
        for one in python("services/")
        for call in one.calls
        if is_environment(call) and call.args
        for name in names(call.args[0])
        if name not in SEALS_NOTHING
    }


def listed() -> set[str]:
    lines = (ROOT / EXAMPLE).read_text(encoding="utf-8").splitlines()
    return {found[1] for line in lines if (found := NAME.match(line))}


def test_every_setting_that_is_read_is_listed() -> None:
    here = listed()
    found = [f"{name} ({place})" for name, place in read().items() if name not in here]
    assert not found, faults(found)


def test_every_setting_that_is_listed_is_used() -> None:
    elsewhere = "\n".join(
        one.text
        for one in files("deploy/**", "docker-compose.yml", "bench/**")
        if one.name != EXAMPLE
    )
    found = [name for name in listed() - set(read()) if name not in elsewhere]
    assert not found, faults(found)
