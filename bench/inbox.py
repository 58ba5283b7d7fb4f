"""The live inbox: from the moment at which an agency is to send until it is on an open page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import islice
from time import monotonic
from urllib.parse import urlsplit
from uuid import uuid4

from bench.figures import MS, Sample, percentile
from bench.load import Client, Shot, octets
from bench.measuring import NUMBERS
from bench.plan import Stage, at
from bench.report import Inbox
from bench.systems.base import Servers
from bench.systems.ours import Ours
from deploy.local.visitors import Staff

READERS = ("practitioner", "manager")
SHOWN_WITHIN_S = 10.0
WARM_UP_S = 3.0
LOOK_EVERY_S = 0.05
LOOKED_UP_PER_S = 40.0


def live(servers: Servers, client: Client, stage: Stage) -> Inbox:
    """Measure it, with every practitioner and the manager at an open page."""
    system = Ours(servers, portal=True)
    system.start()
    try:
        return asyncio.run(_watched(system, client, stage))
    finally:
        system.stop()


async def _watched(system: Ours, client: Client, stage: Stage) -> Inbox:
    people = [person for person in system.accounts.people if person["role"] in READERS]
    staff = [await Staff.sign_in(system.portal_url, person) for person in people]
    async with AsyncExitStack() as stack:
        for reader in staff:
            await stack.enter_async_context(reader.inbox())
        await _sent(system, client, at(stage.rate or 1.0, WARM_UP_S))
        samples = [sample for sample in await _sent(system, client, stage) if sample.is_accepted]
        manager = staff[-1]
        cases = [await _case(manager, sample) for sample in samples]
        shown = await _shown(staff, cases)
    took = [
        (shown[case] - sample.due) * MS
        for sample, case in zip(samples, cases, strict=True)
        if case in shown
    ]
    return Inbox(
        stage.rate or 0.0, len(samples), len(took), percentile(took, 50), percentile(took, 99)
    )


async def _sent(system: Ours, client: Client, stage: Stage) -> list[Sample]:
    """Send what agencies send, through the door that they use."""
    url = f"{system.portal_url}/api/v1/referrals"
    at_portal = urlsplit(url)
    requests = [_request(system, url, number) for number in islice(NUMBERS, stage.requests)]
    shot = Shot(at_portal.hostname or "", at_portal.port or 0, requests, stage.seconds, stage.rate)
    return await asyncio.to_thread(client.fire, shot)


def _request(system: Ours, url: str, number: int) -> bytes:
    headers = {
        "Authorization": f"Bearer {system.accounts.keys[0]['key']}",
        "Content-Type": "application/json",
        "Idempotency-Key": str(uuid4()),
    }
    return octets("POST", url, headers.items(), system.request(number).body)


async def _case(reader: Staff, sample: Sample) -> str:
    """Return the case of an accepted referral, no faster than a person may ask."""
    began = monotonic()
    told = await reader.get(f"/referrals/{json.loads(sample.body)['reference']}")
    await asyncio.sleep(max(1 / LOOKED_UP_PER_S - (monotonic() - began), 0))
    return str(told["case_reference"])


async def _shown(staff: Sequence[Staff], cases: Sequence[str]) -> dict[str, float]:
    """Return when each case was first on any page."""
    end = monotonic() + SHOWN_WITHIN_S
    while True:
        found: dict[str, float] = {}
        for call in sorted((call for reader in staff for call in reader.calls), key=lambda c: c.at):
            found.setdefault(call.data["case_reference"], call.at)
        if found.keys() >= set(cases) or monotonic() > end:
            return found
        await asyncio.sleep(LOOK_EVERY_S)
