"""`outreach dead-letters`: list, show, replay, drop, log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import click
from environs import Env

from services.chassis.messaging.topology import dead_letters
from services.chassis.terminal import json_option, tell_json
from services.contracts.catalogue import CONTRACTS
from services.operations import looking, telling
from services.operations.acting import DROP, NOT_FOUND, REPLAY, Order, Outcome, carry_out
from services.operations.desk import MOST_HELD
from services.operations.options import by_option, reason
from services.operations.records import records
from services.operations.redaction import shown
from services.operations.refusals import Left
from services.operations.settings import CONSUMERS, read_environment

LIMIT = 100
TYPES = tuple(sorted({each.type for each in CONTRACTS}))
TYPE_HELP = "With --all: only events of this type."

Command = Callable[..., None]


def _consumers(_context: click.Context, _option: click.Parameter, told: str | None) -> Any:
    """Read `risk`, or `risk.dead-letters`, as the one consumer; nothing as all of them."""
    chosen = tuple(name for name in CONSUMERS if told in (None, name, dead_letters(name)))
    if not chosen:
        raise click.BadParameter(f"there is none of this name; there are {', '.join(CONSUMERS)}.")
    return chosen


queue_option = click.option(
    "--queue",
    "consumers",
    metavar="CONSUMER",
    callback=_consumers,
    help=f"Only the dead letters of one consumer: {', '.join(CONSUMERS)}.",
)


def limit_option(default: int) -> Callable[[Command], Command]:
    """Return the option that says how many are shown of each consumer."""
    many = click.IntRange(min=1, max=MOST_HELD)
    told = "How many to show of each consumer."
    return click.option("--limit", type=many, default=default, show_default=True, help=told)


@click.group("dead-letters", short_help="Messages that a service could not handle: decide.")
def group() -> None:
    """Messages that a service could not handle: look, decide, replay or drop.

    A dead letter waits without end and nothing is done about it until somebody does it here.
    docs/dead-letters.md tells how to decide.
    """


@group.command("list")
@queue_option
@limit_option(LIMIT)
@json_option
def list_(consumers: Sequence[str], limit: int, as_json: bool) -> None:
    """List what lies there, the first to die first; nothing is taken.

    Exit codes: 0 shown; 2 used wrongly, or the bus cannot be reached.

    Example: outreach dead-letters list --queue risk
    """
    found = looking.piles(read_environment(), consumers, limit)
    if as_json:
        tell_json(telling.piles_as_json(found))
    else:
        telling.tell_piles(found)


@group.command(short_help="Show one: all of it that cannot identify anybody.")
@click.argument("event_id")
@queue_option
@json_option
def show(event_id: str, consumers: Sequence[str], as_json: bool) -> None:
    """Show one: all of it that cannot identify anybody, as ids, codes, numbers, moments.

    Of anything that its contract does not name, only kind and length are told.

    Exit codes: 0 shown; 1 it is not there; 2 used wrongly, or the bus cannot be reached.

    Example: outreach dead-letters show 0198c1a0-5a10-7c3e-9a51-0c6f2b7d9e11
    """
    found = looking.find(read_environment(), consumers, event_id)
    if not found:
        raise Left(NOT_FOUND)
    if as_json:
        tell_json([shown(letter) for letter in found])
        return
    for letter in found:
        telling.tell_letter(letter)


@group.command(short_help="Send dead letters back to their queues.")
@click.argument("event_ids", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="All that lie there, in their order.")
@click.option("--type", "type", metavar="TYPE", type=click.Choice(TYPES), help=TYPE_HELP)
@queue_option
@by_option
@json_option
def replay(
    event_ids: Sequence[str],
    is_all: bool,
    type: str | None,
    consumers: Sequence[str],
    by: str,
    as_json: bool,
) -> None:
    """Send dead letters back to the queues that they came from, with all attempts before them.

    This is safe at any time, for what was applied before changes nothing when it comes again. What
    cannot be decoded, or still breaks its contract, is left. It is written down who did it.

    Exit codes: 0 all are sent; 1 some were left, each with its reason; 2 used wrongly, or the bus
    or a database cannot be reached.

    Example: outreach dead-letters replay 0198c1a0-5a10-7c3e-9a51-0c6f2b7d9e11

    Example: outreach dead-letters replay --all --queue risk --type session_recorded
    """
    if bool(event_ids) == is_all:
        raise click.UsageError("give either event ids or --all.")
    if type and not is_all:
        raise click.UsageError("--type belongs to --all.")
    ids = None if is_all else frozenset(event_ids)
    _carry_out(Order(REPLAY, consumers, ids, by, type=type), as_json=as_json)


@group.command(short_help="Remove dead letters for good, with a reason.")
@click.argument("event_ids", nargs=-1, required=True)
@click.option(
    "--reason",
    "why",
    required=True,
    callback=reason,
    help="Why nobody will miss it. It is kept for ever: write nothing that identifies anybody.",
)
@queue_option
@by_option
@json_option
def drop(
    event_ids: Sequence[str], why: str, consumers: Sequence[str], by: str, as_json: bool
) -> None:
    """Remove dead letters for good, once it is written down who did it and why.

    Drop only what you have looked at: a dropped event is not heard again.

    Exit codes: 0 all are dropped; 1 some were left, each with its reason; 2 used wrongly, or the
    bus or a database cannot be reached.

    Example: outreach dead-letters drop body-3fc1a2b4c5d6 --reason "sent by a test of the network"
    """
    _carry_out(Order(DROP, consumers, frozenset(event_ids), by, why), as_json=as_json)


@group.command(short_help="Show what was replayed and dropped, and why.")
@queue_option
@limit_option(20)
@json_option
def log(consumers: Sequence[str], limit: int, as_json: bool) -> None:
    """Show what was replayed and dropped, by whom and why, the latest first.

    Exit codes: 0 shown; 2 used wrongly, or a database cannot be reached.

    Example: outreach dead-letters log --queue notifications --limit 50
    """
    found = _operations(read_environment(), consumers, limit)
    if as_json:
        tell_json(telling.operations_as_json(found))
    else:
        telling.tell_operations(found)


def _operations(env: Env, consumers: Sequence[str], limit: int) -> list[Any]:
    found = []
    for consumer in consumers:
        with records(env, consumer) as kept:
            found += kept.latest(limit)
    return sorted(found, key=lambda each: each.at, reverse=True)


def _carry_out(order: Order, *, as_json: bool) -> None:
    outcome = Outcome()
    watch = partial(telling.watched, is_quiet=as_json)
    try:
        carry_out(read_environment(), order, outcome, watch)
    finally:
        if as_json:
            tell_json(telling.outcome_as_json(outcome))
        else:
            telling.tell_outcome(order, outcome)
    if outcome.left:
        raise Left(f"nothing was done about {len(outcome.left)}; the reason of each is told above.")
