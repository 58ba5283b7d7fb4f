"""The demonstration on real processes: its accounts, and one play of it."""

from __future__ import annotations

from pathlib import Path

from deploy.local import services
from deploy.local.accounts import ensure_accounts
from deploy.local.demo import play
from deploy.local.ledger import Ledger
from tests.support.stack import Stack


def play_on(stack: Stack, folder: Path) -> tuple[Ledger, list[str]]:
    """Play once; return what came of it and the lines that were told."""
    told: list[str] = []
    return play(stack.addresses, told.append, accounts_of(stack, folder)), told


def accounts_of(stack: Stack, folder: Path) -> Path:
    """Start everything, drills too, and return the file with the demonstration's accounts."""
    stack.environment = {**stack.environment, "DRILL_EVERY_S": "60"}
    stack.start_all()
    kept = folder / "demo.json"
    ensure_accounts(services.settings("portal", stack.addresses, stack.keys), kept)
    return kept
