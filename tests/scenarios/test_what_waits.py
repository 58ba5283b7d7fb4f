"""A referral that waits, a review that is due: told once, as people prefer, and over when done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.notifications.timers.due import AT_ONCE
from tests.scenarios.story import Story
from tests.scenarios.world import SECOND, World

WAITING, OVERDUE = "Referral waiting", "Review overdue"


def by_kind(story: Story) -> dict[str, dict[str, Any]]:
    return {alert["kind"]: alert for alert in story.alerts}


def has_a_review_in_a_week(story: Story, band: str = "medium") -> None:
    story.assessed(band, due_review_at=story.review_is_due(days=7))


def test_a_referral_that_nobody_has_taken_up_is_told_after_a_day(story: Story) -> None:
    story.at("14:00")
    story.is_referred()
    story.after(hours=23, minutes=59)
    story.nobody_is_called()
    story.after(minutes=1)
    story.expect_mail(to=[story.ana, story.bea], saying=WAITING)
    story.nothing_more_is_sent()
    assert story.alert["referral_reference"].startswith("R-")


def test_a_heap_of_damaged_documents_hides_no_referral_that_waits(story: Story) -> None:
    matters = story.world.mongo.database("notifications").matters
    story.at("14:00")
    story.is_referred()
    long_ago = story.world.now() - timedelta(days=1)
    heap = [{"_id": f"{story.mark}-{n}", "due_at": long_ago} for n in range(AT_ONCE)]
    matters.insert_many(heap)
    try:
        story.after(days=1)
        story.expect_mail(to=[story.ana, story.bea], saying=WAITING)
    finally:
        matters.delete_many({"_id": {"$in": [each["_id"] for each in heap]}})


def test_in_quiet_hours_a_waiting_referral_is_not_told(story: Story) -> None:
    story.at("21:00")
    story.is_referred()
    story.after(days=1)
    story.nothing_more_is_sent()
    story.at("07:59")
    story.nothing_more_is_sent()
    story.at("08:00")
    story.expect_mail(to=[story.ana, story.bea], saying=WAITING)
    story.nothing_more_is_sent()


def test_a_digest_tells_all_that_waits_in_one_mail(story: Story) -> None:
    story.bea.prefers("never")
    story.ana.prefers("digest", digest_at="16:30")
    story.at("14:00")
    story.is_referred()
    story.after(days=1)
    first = story.reference
    story.another_case()
    story.is_allocated_to(story.ana)
    story.misses_sessions()
    story.nothing_more_is_sent()
    story.at("16:30")
    mail = story.expect_mail(to=story.ana)
    assert first in mail.text
    story.nothing_more_is_sent()


def test_what_was_seen_to_before_the_digest_is_not_in_it(story: Story) -> None:
    for person in (story.ana, story.bea):
        person.prefers("digest", digest_at="16:30")
    story.at("14:00")
    story.is_referred()
    story.after(days=1)
    assert story.alert["state"] == "raised"
    story.referral_is("declined", by=story.maya)
    story.at("16:30")
    story.nothing_more_is_sent()
    assert (story.alert["state"], story.alert["outcome"]) == ("resolved", "no_longer_needed")


def test_what_was_decided_in_time_is_never_told(story: Story) -> None:
    story.at("14:00")
    story.is_referred()
    story.after(hours=23)
    story.referral_is("declined", by=story.maya)
    story.after(days=3)
    story.nobody_is_called()
    assert story.alerts == []


def test_what_was_accepted_waits_for_somebody_to_have_the_case(story: Story) -> None:
    story.at("14:00")
    story.is_referred()
    story.after(hours=20)
    story.referral_is("accepted", by=story.maya)
    story.after(hours=23)
    story.nobody_is_called()
    story.after(hours=1)
    story.expect_mail(to=[story.ana, story.bea], saying=WAITING)
    story.is_allocated_to(story.bea)
    story.after(days=3)
    story.nothing_more_is_sent()
    assert story.alert["history"][-1]["by"] == story.bea.id


def test_who_is_given_the_case_is_not_asked_to_find_somebody_for_it(story: Story) -> None:
    story.enters("nora", "practitioner", areas=("elsewhere", story.area))
    story.nora.prefers("never")
    story.at("14:00")
    story.is_referred()
    story.referral_is("accepted", by=story.maya)
    story.after(days=1)
    story.expect_mail(to=[story.ana, story.bea], saying=WAITING)
    story.nora.prefers("at_once")
    story.is_allocated_to(story.nora)
    story.nothing_more_is_sent()


def test_heard_twice_and_seen_by_two_processes_it_is_told_once(frail: World) -> None:
    frail.start()
    frail.start(SECOND)
    story = Story(frail)
    story.at("14:00")
    story.is_referred()
    story.hears_again()
    story.after(days=1)
    story.expect_mail(to=[story.ana, story.bea], saying=WAITING)
    story.nothing_more_is_sent()
    assert len(story.alerts) == 1
    story.ends()


def test_what_became_due_while_nothing_ran_is_told_at_the_start(frail: World) -> None:
    frail.start()
    story = Story(frail)
    story.at("14:00")
    story.is_referred()
    frail.kill()
    frail.passes(days=1, hours=1)
    frail.start()
    story.expect_mail(to=[story.ana, story.bea], saying=WAITING)
    story.nothing_more_is_sent()
    story.ends()


def test_after_a_day_it_goes_to_the_managers_and_then_rests(story: Story) -> None:
    story.at("14:00")
    story.is_referred()
    story.after(days=1)
    story.expect_mail(to=[story.ana, story.bea], saying=WAITING)
    story.after(days=1)
    story.expect_mail(to=[story.ana, story.bea, story.maya], saying=WAITING)
    story.after(days=6)
    story.nothing_more_is_sent()


def test_news_in_the_wrong_order_raise_nothing(story: Story) -> None:
    story.at("14:00")
    story.referral_is("declined", by=story.maya, seq=2)
    story.is_referred(seq=1)
    story.after(days=2)
    story.nobody_is_called()
    assert story.alerts == []


def test_a_review_that_is_overdue_is_told_to_who_has_the_case(story: Story) -> None:
    story.is_allocated_to(story.ana)
    story.at("14:00")
    has_a_review_in_a_week(story)
    story.after(days=6, hours=23)
    story.nobody_is_called()
    story.after(hours=1)
    story.expect_mail(to=story.ana, saying=OVERDUE)
    story.nothing_more_is_sent()


def test_a_case_that_was_assessed_in_time_has_no_review_overdue(story: Story) -> None:
    story.is_allocated_to(story.ana)
    story.at("14:00")
    has_a_review_in_a_week(story)
    story.after(days=6)
    has_a_review_in_a_week(story)
    story.after(days=6)
    story.nobody_is_called()
    assert story.alerts == []


def test_the_assessment_that_was_overdue_ends_its_alert(story: Story) -> None:
    story.is_allocated_to(story.ana)
    story.at("14:00")
    has_a_review_in_a_week(story)
    story.after(days=7)
    story.expect_mail(to=story.ana, saying=OVERDUE)
    has_a_review_in_a_week(story)
    story.after(days=2)
    story.nothing_more_is_sent()
    assert (story.alert["state"], story.alert["outcome"]) == ("resolved", "no_longer_needed")


def test_a_closed_case_has_no_review_overdue(story: Story) -> None:
    story.is_allocated_to(story.ana)
    story.at("14:00")
    has_a_review_in_a_week(story)
    story.is_closed_by(story.maya)
    story.after(days=9)
    story.nobody_is_called()


def test_a_case_of_high_risk_is_not_hidden_behind_the_referral_that_waits(story: Story) -> None:
    story.at("21:00")
    story.is_referred()
    story.after(days=1)
    story.nothing_more_is_sent()
    story.assessed_high()
    mail = story.expect_mail(to=[story.ana, story.bea], saying="High risk")
    assert WAITING not in mail.said
    found = by_kind(story)
    assert found["high_risk"]["reference"] != found["referral_waiting"]["reference"]
    story.nothing_more_is_sent()


def test_a_decision_on_the_referral_leaves_the_alert_of_high_risk_open(story: Story) -> None:
    story.at("14:00")
    story.is_referred()
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea], saying="High risk")
    story.ana.acknowledges()
    story.after(days=1)
    story.referral_is("declined", by=story.maya)
    found = by_kind(story)
    assert found["referral_waiting"]["state"] == "resolved"
    assert found["high_risk"]["state"] != "resolved"
