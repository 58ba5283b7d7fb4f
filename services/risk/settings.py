"""The risk service's own setting: the rule sets of areas that have agreed on other figures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from environs import Env

from services.chassis.settings import BadSettings
from services.risk.domain.ruleset import Band, Rulebook, Ruleset

_FIGURES = frozenset(each.name for each in fields(Ruleset))


def read_rulebook(env: Env | None = None) -> Rulebook:
    """Read the rule sets in force.

    `RISK_RULESETS_FILE` names a JSON file `{area: {"version": …, figure: …}}`; what an area leaves
    out is as in the default rule set. Without the setting the default holds everywhere.

    Raises:
        BadSettings: the file cannot be read, or a rule set in it does not hold together.

    """
    env = env or Env()
    path = env.path("RISK_RULESETS_FILE", None)
    if path is None:
        return Rulebook()
    try:
        areas = {area: ruleset(told) for area, told in _read(path).items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise BadSettings(f"RISK_RULESETS_FILE: {error}") from None
    return Rulebook(areas=areas)


def ruleset(told: Mapping[str, Any]) -> Ruleset:
    """Return an area's rule set from its figures.

    Raises:
        ValueError: a figure is unknown or out of place, or the version is the default's own.

    """
    usual = Ruleset()
    unknown = set(told) - _FIGURES
    if unknown:
        raise ValueError(f"a ruleset has no {', '.join(sorted(unknown))}")
    if told.get("version", usual.version) == usual.version:
        raise ValueError("an area's ruleset needs a version of its own")
    return replace(usual, **{name: _figure(value) for name, value in told.items()})


def _read(path: Path) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = json.loads(path.read_text())
    return found


def _figure(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, Mapping):
        return {Band(band): days for band, days in value.items()}
    return value
