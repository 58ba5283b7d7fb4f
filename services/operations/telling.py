"""What the commands of dead letters say, to people and as JSON; progress goes to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click

from services.chassis.storage.operations_log import Operation
from services.operations.acting import DROP, Order, Outcome
from services.operations.letter import DeadLetter
from services.operations.looking import Pile
from services.operations.redaction import shown, summary


def piles_as_json(found: Sequence[Pile]) -> dict[str, Any]:
    """Return piles as JSON values."""
    told = [
        {
            "consumer": pile.consumer,
            "waiting": pile.waiting,
            "shown": len(pile.letters),
            "dead_letters": [summary(letter) for letter in pile.letters],
        }
        for pile in found
    ]
    return {"consumers": told}


def tell_piles(found: Sequence[Pile]) -> None:
    """Print each pile with how many it has in all."""
    for pile in found:
        if pile.waiting is None:
            click.echo(f"{pile.consumer}: no queue yet; the service has not been started here")
            continue
        rest = pile.waiting - len(pile.letters)
        more = f", the first {len(pile.letters)} of them (--limit shows more)" if rest > 0 else ""
        click.echo(f"{pile.consumer}: {_count(pile.waiting)}{more}")
        for letter in pile.letters:
            _tell_line(letter)


def tell_letter(letter: DeadLetter) -> None:
    """Print all that may be seen of a dead letter."""
    for name, value in shown(letter).items():
        if isinstance(value, dict):
            click.echo(f"{name}:")
            for line in json.dumps(value, indent=2, ensure_ascii=False).splitlines()[1:-1]:
                click.echo(line)
        else:
            click.echo(f"{name}: {'-' if value is None else value}")


def outcome_as_json(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as JSON values."""
    done = [{"event_id": each.id, "consumer": each.consumer} for each in outcome.done]
    left = [
        {"event_id": each.id, "consumer": each.consumer, "why": each.why} for each in outcome.left
    ]
    return {"done": done, "left": left}


def tell_outcome(order: Order, outcome: Outcome) -> None:
    """Print what was done, and what was left and why."""
    did = "dropped" if order.action == DROP else "replayed"
    for left in outcome.left:
        of = f" of {left.consumer}" if left.consumer else ""
        click.echo(f"left {left.id}{of}: {left.why}", err=True)
    click.echo(f"{did} {len(outcome.done)}, left {len(outcome.left)}")


def tell_operations(found: Sequence[Operation]) -> None:
    """Print operations, one a line, the latest first."""
    for each in found:
        about = f"{each.event or 'undecodable'} {each.event_id}"
        why = f" because: {each.why}" if each.why else ""
        click.echo(
            f"{each.at.isoformat()} {each.by} {each.action} {about} of {each.consumer}, "
            f"case {each.case_id or '-'}, dead of: {each.reason}{why}"
        )
    if not found:
        click.echo("nothing was replayed or dropped")


def operations_as_json(found: Sequence[Operation]) -> list[dict[str, Any]]:
    """Return operations as JSON values."""
    return [{**asdict(each), "at": each.at.isoformat()} for each in found]


def watched(
    consumer: str, count: int, letters: Iterable[DeadLetter], *, is_quiet: bool
) -> Iterator[DeadLetter]:
    """Pass letters on, with a bar on standard error if a person is looking at it."""
    with click.progressbar(
        letters,
        length=count,
        label=consumer,
        file=sys.stderr,
        hidden=is_quiet or not count or not sys.stderr.isatty(),
    ) as passing:
        yield from passing


def _tell_line(letter: DeadLetter) -> None:
    told = summary(letter)
    event = told["event"] or ("undecodable" if letter.envelope is None else "unknown event")
    said = f"  said {told['said_at']}  case {told['case_id']}" if letter.envelope else ""
    click.echo(f"{told['place']:>5}  {event}  {told['event_id']}{said}")
    origin = told["queue"] or "a queue that is none of its own"
    click.echo(f"       attempt {told['attempts']} from {origin}: {told['reason']}")


def _count(number: int) -> str:
    return f"{number:,} dead letter{'' if number == 1 else 's'}"
