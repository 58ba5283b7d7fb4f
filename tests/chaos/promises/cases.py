"""Every accepted referral is there once, in one case, scored once; every woman has one case."""

from __future__ import annotations

from collections import Counter, defaultdict
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


def every_referral_is_stored_once(ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """An answer of 2xx is one document, whatever was sent how often."""
    stored = Counter(each["reference"] for each in books.referrals)
    told = {entry["reference"] for entry in of(ledger, "referral")}
    for reference in told:
        yield from once("referral", reference, stored[reference])
    if not is_unanswered(ledger, "/referrals"):
        for reference in sorted(stored.keys() - told):
            yield Violation(Wrong.DUPLICATED, "referral that nobody was told of", reference)


def no_referral_is_refused(ledger: Sequence[Entry], _books: Books) -> Iterator[Violation]:
    """All that agencies send here is as it should be."""
    for entry in of(ledger, "refused"):
        if entry["what"] == "referral":
            yield Violation(Wrong.LOST, f"referral refused with {entry['status']}", entry["woman"])


def every_woman_has_one_case(ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """However many agencies refer her, at whatever moments."""
    case_of = {each["reference"]: each["case_id"] for each in books.referrals}
    cases: dict[str, set[str]] = defaultdict(set)
    women: dict[str, set[str]] = defaultdict(set)
    for entry in of(ledger, "referral"):
        if entry["reference"] in case_of:
            cases[entry["woman"]].add(case_of[entry["reference"]])
            women[case_of[entry["reference"]]].add(entry["woman"])
    for woman, hers in cases.items():
        yield from once("case of one woman", woman, len(hers))
    for case, theirs in women.items():
        if len(theirs) > 1:
            yield Violation(Wrong.LOST, "two women in one case", case)


def every_referral_is_scored_once(_ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """Risk has heard it, and counted it once."""
    for referral in books.referrals:
        made = books.profile.get(referral["case_id"], {}).get("assessments", ())
        sources = [(each["source"]["kind"], each["source"]["id"]) for each in made]
        times = sources.count(("referral", referral["_id"]))
        yield from once("assessment of a referral", referral["reference"], times)


def every_referral_is_on_file_once(_ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """Sessions has heard it, and entered it once."""
    for referral in books.referrals:
        file = books.file.get(referral["case_id"], {})
        known = [each["reference"] for each in file.get("referrals", ())]
        yield from once(
            "referral on file", referral["reference"], known.count(referral["reference"])
        )
        entered = [
            each["reference"]
            for each in file.get("timeline", ())
            if each["kind"] == "referral_submitted"
        ]
        times = entered.count(referral["reference"])
        yield from once("referral on the timeline", referral["reference"], times)


def every_source_is_scored_once(_ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """No two assessments come of one referral or session, and no number is given twice."""
    for profile in books.profiles:
        made = profile["assessments"]
        sources = ((each["source"]["kind"], each["source"]["id"]) for each in made)
        yield from repeated("assessment of one source", profile["reference"], sources)
        numbers = (each["number"] for each in made)
        yield from repeated("number of an assessment", profile["reference"], numbers)


def everybody_knows_the_newest_band(_ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """The last assessment has reached the case file and each referral of the case."""
    newest = {
        each["_id"]: max(made["number"] for made in each["assessments"]) for each in books.profiles
    }
    for case, number in newest.items():
        if books.file.get(case, {}).get("assessment_number") != number:
            about = books.profile[case]["reference"]
            yield Violation(Wrong.LOST, "newest assessment not on file", about)
    for referral in books.referrals:
        if newest.get(referral["case_id"], referral["assessment"]) != referral["assessment"]:
            about = referral["reference"]
            yield Violation(Wrong.LOST, "newest assessment not on its referral", about)


def every_decision_stands(ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """What a manager accepted is accepted, by her, once."""
    stored = {each["reference"]: each for each in books.referrals}
    for entry in of(ledger, "decision"):
        history = stored.get(entry["reference"], {}).get("history", ())
        accepted = [m for m in history if m["to"] == "accepted" and m["by"] == entry["by"]]
        yield from once("acceptance", entry["reference"], len(accepted))


PROMISES: tuple[Promise, ...] = (
    every_referral_is_stored_once,
    no_referral_is_refused,
    every_woman_has_one_case,
    every_referral_is_scored_once,
    every_referral_is_on_file_once,
    every_source_is_scored_once,
    everybody_knows_the_newest_band,
    every_decision_stands,
)
