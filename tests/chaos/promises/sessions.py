"""Every session that was answered 2xx is on file once and was scored; allocations hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.chaos.books import Books
from tests.chaos.ledger import Entry
from tests.chaos.violations import (
    Promise,
    Violation,
    Wrong,
    is_unanswered,
    of,
    once,
    repeated,
)


def every_session_is_on_file_once(ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """An answer of 2xx is one session; nobody holds two in the same second of the same case."""
    known = Counter(each["reference"] for file in books.files for each in file["sessions"])
    told = {entry["reference"] for entry in of(ledger, "session")}
    for reference in told:
        yield from once("session", reference, known[reference])
    for file in books.files:
        held = ((each["practitioner_id"], each["held_at"]) for each in file["sessions"])
        yield from repeated("session at one moment", file["reference"], held)
    if not is_unanswered(ledger, "/sessions"):
        for reference in sorted(known.keys() - told):
            yield Violation(Wrong.DUPLICATED, "session that nobody was told of", reference)


def every_disclosure_is_scored(ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """What she said in a session is in exactly one assessment."""
    sessions = {
        each["reference"]: (file["_id"], each["id"])
        for file in books.files
        for each in file["sessions"]
    }
    for entry in of(ledger, "session"):
        if entry["says"] and entry["reference"] in sessions:
            case, session = sessions[entry["reference"]]
            made = books.profile.get(case, {}).get("assessments", ())
            sources = [(each["source"]["kind"], each["source"]["id"]) for each in made]
            times = sources.count(("session", session))
            yield from once("assessment of a session", entry["reference"], times)


def every_allocation_is_on_file(ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """Who was given a case 2xx is on its timeline, once for each time."""
    files = {each["reference"]: each for each in books.files}
    for entry in of(ledger, "allocation"):
        timeline = files.get(entry["case"], {}).get("timeline", ())
        given = [e for e in timeline if e["kind"] == "case_allocated" and e["by"] == entry["by"]]
        if not any(list(each["codes"]) == [entry["to"]] for each in given):
            yield Violation(Wrong.LOST, "allocation", entry["case"])


def everybody_knows_who_has_a_case(_ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """Alerts go to whom the case file names; to nobody in particular once it is closed."""
    known = {each["_id"]: each["practitioner_id"] for each in books.allocations}
    for file in books.files:
        hers = None if file["state"] == "closed" else file["practitioner_id"]
        if known.get(file["_id"]) != hers:
            yield Violation(Wrong.LOST, "allocation not known to alerts", file["reference"])


def every_closure_is_on_file_once(ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """A case was closed as often as its manager was told so.

    A file that follows the closing of its referrals has no outcomes: a referral taken on before a
    closing may be heard after it, and what opened for it is closed again so.
    """
    told = Counter((entry["case"], entry["by"]) for entry in of(ledger, "closure"))
    there = Counter(
        (file["reference"], each["by"])
        for file in books.files
        for each in file["closures"]
        if each["outcomes"]
    )
    for closure, times in told.items():
        if there[closure] < times:
            yield Violation(Wrong.LOST, "closure", closure[0])
    for closure, times in there.items():
        if times > told[closure] and not is_unanswered(ledger, "/closure"):
            yield Violation(Wrong.DUPLICATED, "closure", closure[0])


PROMISES: tuple[Promise, ...] = (
    every_session_is_on_file_once,
    every_disclosure_is_scored,
    every_allocation_is_on_file,
    everybody_knows_who_has_a_case,
    every_closure_is_on_file_once,
)
