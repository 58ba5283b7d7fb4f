"""Every high assessment calls somebody once, and no alert ends but by a person who was told so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from services.chassis.ids import derived_id
from tests.chaos.books import Books, Document
from tests.chaos.ledger import Entry
from tests.chaos.violations import Promise, Violation, Wrong, is_unanswered, of

LATE = timedelta(seconds=10)
"""How overdue a step may be: timers look every second, on a machine that has much to do."""


SETTLED = {"referral_waiting", "review_overdue"}
"""What ends by itself when somebody has seen to it."""


def every_high_assessment_has_called(_ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """There is an alert for it, or one that took in what came later."""
    for profile in books.profiles:
        covered = max(
            (each["number"] for each in books.alerts_of.get(profile["_id"], ())), default=0
        )
        for made in profile["assessments"]:
            if made["band"] == "high" and made["number"] > covered:
                about = f"{profile['reference']} number {made['number']}"
                yield Violation(Wrong.LOST, "high assessment that called nobody", about)


def every_open_alert_has_a_next_step(_ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """Nobody can forget it: if she does nothing, it moves by itself."""
    for alert in books.alerts:
        if alert["kind"] != "high_risk" or not alert["is_open"]:
            continue
        following = alert.get("next_step_at")
        if following is None or following < books.at - LATE:
            yield Violation(Wrong.STUCK, "open alert without a future step", alert["reference"])


def every_closed_alert_names_who(ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """It was a person, and she was told that it is closed, or her whole case."""
    told = {(entry["alert"], entry["by"]) for entry in of(ledger, "resolution")}
    cases = {(entry["case"], entry["by"]) for entry in of(ledger, "closure")}
    for alert in books.alerts:
        if alert["is_open"] or is_unanswered(ledger, alert["reference"]):
            continue
        by = alert["history"][-1]["by"]
        if alert["kind"] in SETTLED:
            continue
        ended_with_case = alert["kind"] == "engagement" and (alert["case_reference"], by) in cases
        knows = ended_with_case or (alert["reference"], by) in told
        if by not in books.people or not knows:
            yield Violation(Wrong.LOST, "alert closed by nobody who knows", alert["reference"])


def what_was_done_stands(ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """Every acknowledgement, action and resolution that was answered 2xx is there."""
    known = {each["reference"]: each for each in books.alerts}
    for entry in of(ledger, "acknowledgement", "action", "resolution"):
        alert = known.get(entry["alert"])
        if alert is None or not _stands(entry, alert):
            yield Violation(Wrong.LOST, entry["kind"], entry["alert"])


def nothing_was_done_twice(ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """An alert holds as many actions of a person as she was told of."""
    told = Counter((e["alert"], e["by"]) for e in of(ledger, "action"))
    for alert in books.alerts:
        done = Counter((alert["reference"], each["by"]) for each in alert["actions"])
        for who, times in done.items():
            if times > told[who] and not is_unanswered(ledger, alert["reference"]):
                yield Violation(Wrong.DUPLICATED, f"action, {times} times", alert["reference"])


def no_episode_calls_twice(_ledger: Sequence[Entry], books: Books) -> Iterator[Violation]:
    """A case has one open alert, and a new one only for what came after the last."""
    for case, alerts in books.alerts_of.items():
        open_now = [each["reference"] for each in alerts if each["is_open"]]
        if len(open_now) > 1:
            yield Violation(Wrong.DUPLICATED, "open alerts of one case", " ".join(sorted(open_now)))
        yield from _overlaps(books.profile.get(case, {}), alerts)


def _overlaps(profile: Document, alerts: Sequence[Document]) -> Iterator[Violation]:
    """Yield alerts that were raised for what an earlier one had taken in already."""
    numbers = {derived_id("alert", a["id"]): a["number"] for a in profile.get("assessments", ())}
    raised = sorted(
        (numbers.get(each["_id"], 0), each["number"], each["reference"]) for each in alerts
    )
    covered = 0
    for first, last, reference in raised:
        if first <= covered:
            yield Violation(Wrong.DUPLICATED, "second alert for one assessment", reference)
        covered = max(covered, last)


def every_change_is_on_the_timeline_once(
    _ledger: Sequence[Entry], books: Books
) -> Iterator[Violation]:
    """The case file has heard of every change of an alert, and of each once."""
    for alert in books.alerts:
        timeline = books.file.get(alert["case_id"], {}).get("timeline", ())
        entered = _counted(timeline, "kind", of_alert=alert["reference"])
        happened = _counted(alert["history"], "what")
        for what, times in happened.items():
            seen, about = entered[f"alert_{what}"], f"{alert['reference']} {what}"
            if seen < times:
                yield Violation(Wrong.LOST, "change of an alert not on the timeline", about)
            elif seen > times:
                yield Violation(Wrong.DUPLICATED, "change of an alert on the timeline", about)


def _counted(
    entries: Sequence[Mapping[str, Any]], name: str, *, of_alert: str | None = None
) -> Counter[str]:
    found: Counter[str] = Counter()
    for each in entries:
        if each[name] != "step_restored" and of_alert in (None, each.get("reference")):
            found[each[name]] += each["times"]
    return found


def _stands(entry: Entry, alert: Document) -> bool:
    by = entry["by"]
    if entry["kind"] == "acknowledgement":
        return any(h["what"] == "acknowledged" and h["by"] == by for h in alert["history"])
    if entry["kind"] == "action":
        return any(a["by"] == by and a["kind"] == entry["what"] for a in alert["actions"])
    is_hers = not alert["is_open"] and alert["history"][-1]["by"] == by
    return is_hers and alert["outcome"] == entry["outcome"]


PROMISES: tuple[Promise, ...] = (
    every_high_assessment_has_called,
    every_open_alert_has_a_next_step,
    every_closed_alert_names_who,
    what_was_done_stands,
    nothing_was_done_twice,
    no_episode_calls_twice,
    every_change_is_on_the_timeline_once,
)
