"""The demonstration: a real client of the public API, which ends by judging what became of it all.

It can be played again on the data of an earlier play. Then the women are known, their cases go on
where they stood, and more of them are high than at first: so the alerts to be expected are written
down nowhere but follow from the assessments themselves. Each high assessment that was made in this
play must have come to an open inbox, as one call.

`python -m deploy.local.demo` plays against the system that `make run` has started.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from deploy.local.layout import Layout
from deploy.local.ledger import Ledger, judge
from deploy.local.performance import Performance
from deploy.local.services import Addresses
from deploy.local.story import read_story
from deploy.local.telling import Telling
from deploy.local.visitors import Agency, Staff, Unexpected, agency

Say = Callable[[str], None]


def play(stack: Addresses, say: Say, accounts: Path, *, is_colourful: bool = False) -> Ledger:
    """Play the story against a running system and return what came of it.

    `accounts` is the file with the accounts and keys of the demonstration; `say` takes each line of
    the telling.

    Raises:
        Unexpected: the portal refuses something that the story needs.

    """
    return _play_at(stack.url("portal"), accounts, Telling(say, is_colourful=is_colourful))


def _play_at(portal: str, accounts: Path, tell: Telling) -> Ledger:
    return asyncio.run(perform(portal, json.loads(accounts.read_text(encoding="utf-8")), tell))


async def perform(portal: str, accounts: Mapping[str, Any], tell: Telling) -> Ledger:
    """Sign everybody in, tell the story, and judge."""
    story = read_story(datetime.now(UTC).date())
    async with AsyncExitStack() as stage:
        visitors = await _enter(stage, portal, accounts)
        performed = Performance(*visitors, tell)
        await performed.perform(story)
        ledger = await judge(performed)
    for text in ledger.missing:
        tell.missing(text)
    return ledger


async def _enter(
    stage: AsyncExitStack, portal: str, accounts: Mapping[str, Any]
) -> tuple[dict[str, Agency], list[Staff], Staff]:
    """Sign everybody in and open the inboxes of the practitioners."""
    agencies = {key["agency_id"]: agency(portal, key) for key in accounts["keys"]}
    people = [one for one in accounts["people"] if one["role"] == "practitioner"]
    staff = [await Staff.sign_in(portal, one) for one in people]
    leading = next(one for one in accounts["people"] if one["role"] == "manager")
    manager = await Staff.sign_in(portal, leading)
    webs = [*(one.web for one in agencies.values()), *(one.web for one in (*staff, manager))]
    for web in webs:
        stage.push_async_callback(web.aclose)
    for one in staff:
        await stage.enter_async_context(one.inbox())
    return agencies, staff, manager


def main() -> int:
    """Play once more where `make run` serves; 1 if something is missing."""
    about, _, _ = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(prog="python -m deploy.local.demo", description=about)
    parser.add_argument("--portal", default="http://localhost:8080")
    parser.add_argument("--accounts", type=Path, default=Layout().demo_accounts)
    told = parser.parse_args()
    try:
        tell = Telling(print, is_colourful=sys.stdout.isatty())
        ledger = _play_at(told.portal, told.accounts, tell)
    except (Unexpected, httpx.TransportError, OSError) as error:
        sys.exit(f"the demonstration cannot go on: {error}")
    print(ledger.as_json())
    return 0 if ledger.is_balanced else 1


if __name__ == "__main__":
    sys.exit(main())
