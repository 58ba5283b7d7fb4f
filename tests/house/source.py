"""The tree as the house rules see it: every file of the repository, and Python as syntax."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from shutil import which

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("referrals", "risk", "sessions", "notifications")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Source:
    """One file; `name` is its path from the root of the repository."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8", errors="replace")

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.name)

    @cached_property
    def functions(self) -> list[Function]:
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]

    @cached_property
    def calls(self) -> list[ast.Call]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.Call)]

    @property
    def imports(self) -> Iterator[tuple[int, str]]:
        """Yield the line and the dotted name of everything imported."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield node.lineno, "." * node.level + (node.module or "")


@cache
def repository() -> tuple[Source, ...]:
    """Return all files that are, or would be, under version control."""
    listed = subprocess.run(
        [which("git") or "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    paths = sorted({ROOT / name for name in listed if name})
    return tuple(Source(path) for path in paths if path.is_file())


def files(*patterns: str) -> list[Source]:
    """Return the files whose path from the root fits one of some patterns."""
    return [one for one in repository() if any(fits(one, pattern) for pattern in patterns)]


def fits(source: Source, pattern: str) -> bool:
    """Does a path fit a pattern? `a/**` is everything below `a`; else as `Path.match`."""
    if pattern.endswith("/**"):
        return source.name.startswith(pattern.removesuffix("**"))
    return source.path.relative_to(ROOT).match(pattern)


def python(*under: str) -> list[Source]:
    """Return the Python files, of the whole repository or below some folders."""
    every = files("*.py")
    return [one for one in every if not under or one.name.startswith(tuple(under))]


def called(call: ast.Call) -> str:
    """Return the last part of the name that is called: `sleep` of `time.sleep(1)`."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def constants(call: ast.Call) -> tuple[object, ...]:
    """Return the leading arguments that are written out as constants."""
    found: list[object] = []
    for argument in call.args:
        if not isinstance(argument, ast.Constant):
            break
        found.append(argument.value)
    return tuple(found)


def faults(found: list[str]) -> str:
    """Return what to show when a rule is broken: one fault a line."""
    return "\n".join(["", *found])
