"""When it is over nothing waits, nothing was done twice, and whatever is sealed can be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.chaos.books import Books
from tests.chaos.ledger import Entry
from tests.chaos.violations import Promise, Violation, Wrong, of, repeated

DEAD = ".dead-letters"


def outboxes_are_drained(_ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """Everything that a service wanted to say has been said."""
    for collection, document in books.aggregates:
        if "outbox_due" in document or document.get("outbox"):
            yield Violation(Wrong.STUCK, f"outbox of {collection}", document["_id"])


def queues_are_empty(_ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """Everything that was said has been handled."""
    for queue in books.queues:
        if queue["name"].endswith(DEAD):
            continue
        for how in ("ready", "unacknowledged"):
            if queue[how]:
                yield Violation(Wrong.STUCK, f"{queue[how]} messages {how}", queue["name"])


def dead_letters_were_dead_before(ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """Only what the rig malformed lies with the dead."""
    malformed = {entry["message"] for entry in of(ledger, "malformed")}
    for letter in books.dead_letters:
        if letter["message"] not in malformed:
            about = f"{letter['message']} in {letter['queue']}: {letter['reason']}"
            yield Violation(Wrong.STUCK, "dead letter", about)


def no_reason_is_applied_twice(_ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """No aggregate has two receipts for one event or request."""
    for collection, document in books.aggregates:
        about = f"{collection} {document['_id']}"
        yield from repeated("reason applied", about, document.get("receipts", ()))


def no_two_relays_say_the_same(_ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """A lease keeps an event to one relay at a time; two at once are twice the work for all."""
    for event_id in books.doubled:
        yield Violation(Wrong.DUPLICATED, "event published by two relays at once", event_id)


def what_is_sealed_can_be_read(_ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """A manager sees who the woman is."""
    for case in books.unreadable:
        yield Violation(Wrong.LOST, "case whose client cannot be read", case)


def nobody_insists(_ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """Risk has heard of an alert for every high assessment."""
    for profile in books.profiles:
        if profile["awaited"] is not None:
            yield Violation(Wrong.STUCK, "alert still awaited", profile["reference"])


def something_was_accepted(ledger: Sequence[Entry], _books: Books) -> Iterator[Violation]:
    """A system that takes nothing in keeps every promise, and helps nobody."""
    if not of(ledger, "referral"):
        yield Violation(Wrong.STUCK, "no referral accepted", "anywhere")


def everybody_was_answered(ledger: Sequence[Entry], _books: Books) -> Iterator[Violation]:
    """Nobody is left waiting, and each fault was recovered from."""
    for entry in of(ledger, "unanswered"):
        yield Violation(Wrong.STUCK, "request never answered", entry["asked"])
    for entry in of(ledger, "broke_off"):
        yield Violation(Wrong.STUCK, "client of the rig broke off", entry["why"])
    for entry in of(ledger, "not_recovered"):
        yield Violation(Wrong.STUCK, "no alert came after a fault", entry["fault"])


PROMISES: tuple[Promise, ...] = (
    outboxes_are_drained,
    queues_are_empty,
    dead_letters_were_dead_before,
    no_reason_is_applied_twice,
    no_two_relays_say_the_same,
    what_is_sealed_can_be_read,
    nobody_insists,
    something_was_accepted,
    everybody_was_answered,
)
