"""The judge names each way in which a promise can be broken, and none where all were kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from services.chassis.ids import derived_id
from tests.chaos.book_examples import (
    ALERT,
    CASE_REFERENCE,
    FIRST,
    MANAGER,
    PERSON,
    REFERRAL,
    SECOND,
    SESSION,
    Run,
    opened,
    well,
)

Harm = Callable[[Run], object]

LOST: dict[str, Harm] = {
    "no referral": lambda run: run.books["referrals"].clear(),
    "referral refused with 409": lambda run: run.add(
        "refused", what="referral", woman="woman-9", status=409
    ),
    "no assessment of a referral": lambda run: run.one("profiles")["assessments"].pop(0),
    "no referral on file": lambda run: run.one("files")["referrals"].clear(),
    "no referral on the timeline": lambda run: run.one("files")["timeline"].pop(0),
    "newest assessment not on file": lambda run: run.one("files").update(assessment_number=1),
    "newest assessment not on its referral": lambda run: run.one("referrals").update(assessment=1),
    "no acceptance": lambda run: run.one("referrals")["history"].clear(),
    "no session": lambda run: run.one("files")["sessions"].clear(),
    "no assessment of a session": lambda run: run.one("profiles")["assessments"].pop(),
    "allocation": lambda run: run.one("files")["timeline"].pop(1),
    "allocation not known to alerts": lambda run: run.one("allocations").update(
        practitioner_id=MANAGER
    ),
    "closure": lambda run: run.one("files")["closures"].clear(),
    "high assessment that called nobody": lambda run: run.books["alerts"].clear(),
    "alert closed by nobody who knows": lambda run: run.one("alerts")["history"][-1].update(
        by="service:notifications"
    ),
    "acknowledgement": lambda run: run.one("alerts")["history"].pop(2),
    "action": lambda run: run.one("alerts")["actions"].clear(),
    "resolution": lambda run: opened(run.one("alerts")),
    "change of an alert not on the timeline": lambda run: run.one("files")["timeline"].pop(),
    "case whose client cannot be read": lambda run: run.books.update(unreadable=[CASE_REFERENCE]),
    "two women in one case": lambda run: (
        run.twice("referrals", _id="referral-2", reference="R-2"),
        run.add("referral", reference="R-2", woman="woman-2"),
    ),
}
DUPLICATED: dict[str, Harm] = {
    "referral, 2 times": lambda run: run.twice("referrals"),
    "referral that nobody was told of": lambda run: run.twice("referrals", reference="R-2"),
    "case of one woman, 2 times": lambda run: (
        run.twice("referrals", reference="R-2", case_id="case-2"),
        run.add("referral", reference="R-2", woman="woman-1"),
    ),
    "assessment of one source, 2 times": lambda run: run.one("profiles")["assessments"].append(
        run.one("profiles")["assessments"][0] | {"number": 3}
    ),
    "number of an assessment, 2 times": lambda run: run.one("profiles")["assessments"][1].update(
        number=1
    ),
    "session, 2 times": lambda run: run.one("files")["sessions"].append(
        run.one("files")["sessions"][0]
    ),
    "session at one moment, 2 times": lambda run: run.one("files")["sessions"].append(
        run.one("files")["sessions"][0] | {"reference": "S-2"}
    ),
    "session that nobody was told of": lambda run: run.one("files")["sessions"].append(
        run.one("files")["sessions"][0] | {"reference": "S-2"}
    ),
    "closure": lambda run: run.one("files")["closures"].append(run.one("files")["closures"][0]),
    "referral on the timeline, 2 times": lambda run: run.one("files")["timeline"].append(
        run.one("files")["timeline"][0]
    ),
    "action, 2 times": lambda run: run.one("alerts")["actions"].append(
        {"by": PERSON, "kind": "contacted"}
    ),
    "open alerts of one case": lambda run: (opened(run.one("alerts")), run.twice("alerts")),
    "second alert for one assessment": lambda run: run.twice("alerts", reference="A-2"),
    "change of an alert on the timeline": lambda run: run.one("files")["timeline"].append(
        run.one("files")["timeline"][-1]
    ),
    "reason applied, 2 times": lambda run: run.one("profiles")["receipts"].append("event-1"),
    "event published by two relays at once": lambda run: run.books.update(doubled=["event-1"]),
}
STUCK: dict[str, Harm] = {
    "open alert without a future step": lambda run: opened(
        run.one("alerts"), timedelta(minutes=-1)
    ),
    "outbox of referrals": lambda run: run.one("referrals").update(outbox_due=1),
    "outbox of risk": lambda run: run.one("profiles").update(outbox=[{"seq": 1}]),
    "3 messages ready": lambda run: run.one("queues").update(ready=3),
    "1 messages unacknowledged": lambda run: run.one("queues").update(unacknowledged=1),
    "dead letter": lambda run: run.books.update(
        dead_letters=[{"queue": "risk.dead-letters", "message": "event-1", "reason": "?"}]
    ),
    "alert still awaited": lambda run: run.one("profiles").update(awaited={"number": 2}),
    "no referral accepted": lambda run: run.ledger.clear(),
    "request never answered": lambda run: run.add("unanswered", asked="POST /alerts/A-9/actions"),
    "client of the rig broke off": lambda run: run.add("broke_off", why="KeyError()"),
    "no alert came after a fault": lambda run: run.add("not_recovered", fault="kill risk-a"),
}
HARMS = [
    pytest.param(wrong, what, harm, id=what)
    for wrong, harms in (("lost", LOST), ("duplicated", DUPLICATED), ("stuck", STUCK))
    for what, harm in harms.items()
]


def test_a_run_in_which_every_promise_was_kept_is_clean() -> None:
    assert well().found() == []


@pytest.mark.parametrize(("wrong", "what", "harm"), HARMS)
def test_the_judge_sees(wrong: str, what: str, harm: Harm) -> None:
    run = well()
    harm(run)
    assert (wrong, what) in {(each.wrong, each.what) for each in run.found()}


def test_an_open_alert_with_a_step_to_come_is_as_good_as_an_ended_one() -> None:
    run = well()
    opened(run.one("alerts"))
    run.one("files")["timeline"].pop()
    run.ledger = [entry for entry in run.ledger if entry["kind"] != "resolution"]
    assert run.found() == []


def test_a_second_alert_for_what_came_after_the_first_was_ended_is_none_too_many() -> None:
    run = well()
    run.one("alerts").update(number=1)
    later = run.twice("alerts", _id=derived_id("alert", SECOND), reference="A-2", number=2)
    opened(later).update(history=[{"what": "raised", "by": "service:risk", "times": 1}], actions=[])
    run.one("files")["timeline"].append(
        {"kind": "alert_raised", "reference": "A-2", "by": None, "codes": [], "times": 1}
    )
    assert run.found() == []


def test_an_engagement_alert_may_end_with_its_case() -> None:
    run = well()
    other = run.twice("alerts", _id="alert-2", reference="A-2", kind="engagement", actions=[])
    other["history"] = [{"what": "resolved", "by": MANAGER, "times": 1}]
    run.one("files")["timeline"].append(
        {"kind": "alert_resolved", "reference": "A-2", "by": None, "codes": [], "times": 1}
    )
    assert run.found() == []


def test_what_the_rig_malformed_may_lie_with_the_dead() -> None:
    run = well()
    run.add("malformed", message="message-1")
    run.books["dead_letters"] = [{"queue": "q", "message": "message-1", "reason": "Undecodable"}]
    assert run.found() == []


def test_more_than_was_told_is_forgiven_only_where_somebody_got_no_answer() -> None:
    run = well()
    other = run.one("files")["sessions"][0] | {"reference": "S-2", "held_at": None}
    run.one("files")["sessions"].append(other)
    run.add("unanswered", asked=f"POST /cases/{CASE_REFERENCE}/sessions")
    assert {each.what for each in run.found()} == {"request never answered"}


def test_a_violation_names_what_it_is_about_by_reference() -> None:
    run = well()
    run.one("files")["sessions"].clear()
    assert SESSION in {each.about for each in run.found()}
    assert FIRST not in str(run.found())
    assert {REFERRAL, ALERT}.isdisjoint(each.about for each in run.found())
