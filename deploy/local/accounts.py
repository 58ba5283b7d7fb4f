"""The people and agencies of the demonstration, with passwords and keys made for this machine."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deploy.local.layout import ROOT
from deploy.local.refusal import CannotGoOn

WANTED = Path(__file__).with_name("accounts.json")


@dataclass(frozen=True, slots=True)
class Accounts:
    """What the demonstration knows: `people` with passwords, `keys` of agencies."""

    people: list[dict[str, Any]]
    keys: list[dict[str, Any]]


def read_accounts(kept: Path) -> Accounts:
    """Return the accounts in a file that `ensure_accounts` has written."""
    return Accounts(**json.loads(kept.read_text()))


def ensure_accounts(environment: Mapping[str, str], kept: Path) -> None:
    """Make the accounts that are missing; new secrets are added to those in the file `kept`.

    Raises:
        CannotGoOn: the portal's command failed, or somebody's secret is not known any more.

    """
    known = read_accounts(kept) if kept.exists() else Accounts([], [])
    wanted = json.loads(WANTED.read_text())
    made = _provision(wanted, environment, kept.with_name("accounts.json"))
    accounts = Accounts(
        people=[
            person | _latest(made["people"], known.people, kept, email=person["email"])
            for person in wanted["people"]
        ],
        keys=[
            _latest(made["keys"], known.keys, kept, agency_id=agency["id"], name=key["name"])
            for agency in wanted["agencies"]
            for key in agency["keys"]
        ],
    )
    _write_private(kept, asdict(accounts))


def _provision(
    wanted: Mapping[str, Any], environment: Mapping[str, str], path: Path
) -> dict[str, list[dict[str, Any]]]:
    """Run the portal's own command; each new person gets a password of ours, easy to read out."""
    people = [person | {"password": secrets.token_urlsafe(9)} for person in wanted["people"]]
    _write_private(path, {**wanted, "people": people})
    command = [sys.executable, "-m", "services.portal.provision", str(path)]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(environment), capture_output=True, text=True, check=False
    )
    path.unlink()
    if done.returncode != os.EX_OK:
        raise CannotGoOn(f"the accounts cannot be made: {done.stderr.strip()[-500:]}")
    made: dict[str, list[dict[str, Any]]] = json.loads(done.stdout)
    return made


def _latest(
    made: list[dict[str, Any]], known: list[dict[str, Any]], kept: Path, **fields: str
) -> dict[str, Any]:
    """Return the newest record with these fields."""
    for record in (*made, *known):
        if all(record.get(name) == value for name, value in fields.items()):
            return record
    raise CannotGoOn(
        f"nobody knows the secret of {' '.join(fields.values())}: it was in {kept}, which is gone; "
        f"remove {kept.parent} to begin afresh"
    )


def _write_private(path: Path, value: Mapping[str, Any]) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
