"""Which policies are in force: only the management plugin tells, to users with a tag for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx
import pika
from environs import Env

from services.chassis.messaging.topology import dead_letters
from services.operations.bus import parameters
from services.operations.doctor.expected import work_queues
from services.operations.doctor.findings import (
    Finding,
    NotPermitted,
    not_told,
    number_of,
    well,
    wrong,
)
from services.operations.refusals import CannotReach
from services.operations.settings import CONSUMERS, bus_uri

AREA, SETTING = "bus", "OUTREACH_MANAGEMENT_URL"
WITHIN_S = 5.0
KEPT_FROM = 1_000_000
GIVE = "give the bus the policies of deploy/rabbitmq/policies.json"
Told = Mapping[str, Any]


def look(env: Env) -> Iterator[Finding]:
    """Yield whether each queue has the policy that it needs, where that can be seen."""
    url: str | None = env.str("OUTREACH_MANAGEMENT_URL", None)
    if not url:
        says = "policies cannot be seen without the management plugin"
        yield not_told(AREA, says, f"set {SETTING}, or look with rabbitmqctl list_policies")
        return
    yield from judged(queues(url, parameters(bus_uri(env))))


def queues(url: str, at: pika.ConnectionParameters) -> list[dict[str, Any]]:
    """Return all queues of our virtual host as the management plugin tells them.

    Raises:
        CannotReach: it does not answer, or not as the plugin does.
        NotPermitted: this user has no tag for it.

    """
    credentials = (at.credentials.username, at.credentials.password)
    address = f"{url.rstrip('/')}/api/queues/{quote(at.virtual_host, safe='')}"
    try:
        told = httpx.get(address, auth=credentials, timeout=WITHIN_S, trust_env=False)
        if told.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            raise NotPermitted("this user of the bus has no tag `management`")
        found: list[dict[str, Any]] = told.raise_for_status().json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        why = type(error).__name__
        raise CannotReach(f"the management plugin does not answer ({why}): see {SETTING}") from None
    return found


def judged(queues: Sequence[Told]) -> Iterator[Finding]:
    """Yield the queues of ours that lack what their policy gives them."""
    known = {str(each.get("name")): _in_force(each) for each in queues}
    lacking = [name for name in _ours() if name in known and not _is_enough(name, known[name])]
    for name in lacking:
        yield wrong(AREA, f"{name} is not under its policy", GIVE)
    if not lacking:
        seen = sum(name in known for name in _ours())
        yield well(AREA, f"policies in force on {number_of(seen, 'queue')}")


def _ours() -> list[str]:
    work = [name for consumer in CONSUMERS for name in work_queues(consumer)]
    return [*work, *map(dead_letters, CONSUMERS)]


def _in_force(queue: Told) -> Told:
    told = queue.get("effective_policy_definition")
    return told if isinstance(told, Mapping) else {}


def _is_enough(name: str, definition: Told) -> bool:
    """A dead letter must outlive many looks; what a service takes over must have where to die."""
    limit = definition.get("delivery-limit")
    consumer = name.partition(".")[0]
    if name == dead_letters(consumer):
        return limit == -1 or (isinstance(limit, int) and limit >= KEPT_FROM)
    return definition.get("dead-letter-exchange") == dead_letters(consumer)
