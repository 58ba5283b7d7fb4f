"""What is heard again, late, or grown worse; and what a change of the case does to its alert."""

from __future__ import annotations

from tests.scenarios.story import Story


def raised(story: Story) -> None:
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea])


def test_an_event_that_is_heard_three_times_calls_each_person_once(story: Story) -> None:
    raised(story)
    story.hears_again()
    story.hears_again()
    story.nothing_more_is_sent()
    assert len(story.alerts) == 1


def test_an_assessment_that_is_no_worse_calls_nobody_again(story: Story) -> None:
    raised(story)
    story.assessed_high()
    story.nothing_more_is_sent()
    assert story.alert["number"] == 2


def test_an_older_assessment_changes_nothing(story: Story) -> None:
    story.assessed("high", number=5)
    story.expect_mail(to=[story.ana, story.bea])
    story.assessed("high", number=4, worsened=True)
    story.nothing_more_is_sent()
    assert story.alert["number"] == 5


def test_a_lower_band_neither_ends_the_alert_nor_calls_anybody(story: Story) -> None:
    raised(story)
    story.assessed("medium")
    story.nothing_more_is_sent()
    story.after(minutes=5)
    story.expect_mail(to=[story.ana, story.bea])


def test_a_worsening_breaks_through_an_acknowledgement(story: Story) -> None:
    raised(story)
    story.ana.acknowledges()
    story.assessed("high", worsened=True)
    story.expect_mail(to=[story.ana, story.bea])
    assert story.alert["responder_id"] is None


def test_a_worsening_begins_the_steps_from_the_first(story: Story) -> None:
    raised(story)
    story.after(minutes=15)
    story.expect_mail(to=[story.ana, story.bea, story.maya, story.dora])
    story.assessed("high", worsened=True)
    story.expect_mail(to=[story.ana, story.bea, story.maya, story.dora])
    story.is_at(level=0)
    story.after(minutes=4, seconds=45)
    story.nothing_more_is_sent()


def test_a_worsening_that_was_missed_is_seen_by_what_is_shown(story: Story) -> None:
    story.assessed("high", number=1, score=10)
    story.expect_mail(to=[story.ana, story.bea])
    story.ana.acknowledges()
    story.assessed("high", number=3, worsened=False, score=20)
    story.expect_mail(to=[story.ana, story.bea])


def test_high_risk_a_moment_after_medium_is_told(story: Story) -> None:
    story.assessed("medium")
    story.assessed("high", worsened=True)
    story.expect_mail(to=[story.ana, story.bea])


def test_after_the_end_only_a_newer_assessment_raises_another_alert(story: Story) -> None:
    raised(story)
    first = story.reference
    story.ana.acts()
    story.ana.resolves()
    story.hears_again()
    story.nothing_more_is_sent()
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea])
    assert story.reference != first


def test_who_is_given_the_case_is_called_at_once(story: Story) -> None:
    story.is_allocated_to(story.ana)
    story.assessed_high()
    story.expect_mail(to=story.ana)
    story.is_allocated_to(story.bea)
    story.expect_mail(to=[story.ana, story.bea])
    story.has_done("case_allocated")


def test_who_is_given_the_case_while_somebody_has_the_alert_is_not_called(story: Story) -> None:
    story.is_allocated_to(story.ana)
    story.assessed_high()
    story.expect_mail(to=story.ana)
    story.ana.acknowledges()
    story.is_allocated_to(story.bea)
    story.nothing_more_is_sent()
    assert story.reference in story.bea.inbox()


def test_a_case_that_is_closed_keeps_calling_while_its_danger_is_not_answered(
    story: Story,
) -> None:
    story.is_allocated_to(story.ana)
    story.assessed_high()
    story.expect_mail(to=story.ana)
    story.is_closed_by(story.maya)
    story.after(minutes=10)
    story.expect_mail(to=[story.ana, story.maya])


def test_who_is_handed_the_alert_is_called(story: Story) -> None:
    story.is_allocated_to(story.ana)
    story.assessed_high()
    story.expect_mail(to=story.ana)
    story.ana.acknowledges()
    story.ana.hands_over(to=story.bea)
    story.expect_mail(to=story.bea)
    assert story.alert["responder_id"] is None
    story.bea.acknowledges()
    story.unread()
    assert story.alert["responder_id"] == story.bea.id


def test_an_alert_that_was_handed_over_and_not_taken_goes_on_up_the_ladder(story: Story) -> None:
    raised(story)
    story.ana.acknowledges()
    story.ana.hands_over(to=story.bea)
    story.expect_mail(to=[story.ana, story.bea])
    story.after(minutes=10)
    story.expect_mail(to=[story.ana, story.bea, story.maya])


def test_nobody_hands_over_what_she_does_not_have_or_to_a_stranger(story: Story) -> None:
    raised(story)
    assert story.bea.tries("handover", to=story.ana.id).status_code == 409
    story.ana.acknowledges()
    assert story.ana.tries("handover", to="nobody").status_code == 422
    story.nothing_more_is_sent()
