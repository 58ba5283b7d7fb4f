"""What people have chosen for what is not high risk; and high risk, which ignores all of it."""

from __future__ import annotations

from tests.scenarios.story import Story


def given_to_ana(story: Story) -> None:
    story.is_allocated_to(story.ana)


def test_by_day_missed_sessions_are_told_at_once(story: Story) -> None:
    given_to_ana(story)
    story.at("14:00")
    story.misses_sessions()
    story.expect_mail(to=story.ana)
    story.nothing_more_is_sent()


def test_in_her_quiet_hours_they_wait_for_the_morning(story: Story) -> None:
    given_to_ana(story)
    story.at("21:00")
    story.misses_sessions()
    story.nothing_more_is_sent()
    story.at("07:59")
    story.nothing_more_is_sent()
    story.at("08:00")
    story.expect_mail(to=story.ana)


def test_quiet_hours_are_by_her_own_clock(story: Story) -> None:
    story.ana.time_zone = "America/New_York"
    story.tell_people()
    given_to_ana(story)
    story.at("21:00", "America/New_York")
    story.misses_sessions()
    story.nothing_more_is_sent()
    story.at("08:00", "America/New_York")
    story.expect_mail(to=story.ana)


def test_her_digest_comes_at_its_hour(story: Story) -> None:
    story.ana.prefers("digest", digest_at="16:30")
    given_to_ana(story)
    story.at("14:00")
    story.misses_sessions()
    story.at("16:29")
    story.nothing_more_is_sent()
    story.at("16:30")
    story.expect_mail(to=story.ana)
    story.nothing_more_is_sent()


def test_a_digest_is_one_mail_for_all_that_waits(story: Story) -> None:
    story.ana.prefers("digest", digest_at="16:30")
    given_to_ana(story)
    story.at("14:00")
    story.misses_sessions()
    first = story.reference
    story.another_case()
    given_to_ana(story)
    story.misses_sessions()
    story.at("16:30")
    mail = story.expect_mail(to=story.ana)
    assert first in mail.text
    story.nothing_more_is_sent()


def test_the_digests_of_two_people_are_two_mails(story: Story) -> None:
    for person in (story.ana, story.bea):
        person.prefers("digest", digest_at="16:30")
    story.at("14:00")
    story.misses_sessions()
    story.at("16:30")
    story.expect_mail(to=[story.ana, story.bea])
    story.nothing_more_is_sent()


def test_who_wants_none_gets_none_but_has_it_in_her_inbox(story: Story) -> None:
    story.ana.prefers("never")
    given_to_ana(story)
    story.at("14:00")
    story.misses_sessions()
    story.at("08:00")
    story.nothing_more_is_sent()
    assert story.reference in story.ana.inbox()


def test_what_was_answered_before_the_digest_is_not_in_it(story: Story) -> None:
    story.ana.prefers("digest", digest_at="16:30")
    given_to_ana(story)
    story.at("14:00")
    story.misses_sessions()
    story.ana.acknowledges()
    story.at("16:30")
    story.nothing_more_is_sent()


def test_high_risk_ignores_quiet_hours(story: Story) -> None:
    given_to_ana(story)
    story.at("03:00")
    story.assessed_high()
    story.expect_mail(to=story.ana)


def test_high_risk_ignores_a_digest_and_never(story: Story) -> None:
    story.ana.prefers("digest", digest_at="16:30")
    story.bea.prefers("never")
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea])


def test_after_a_day_missed_sessions_go_to_the_managers_and_then_rest(story: Story) -> None:
    given_to_ana(story)
    story.at("14:00")
    story.misses_sessions()
    story.expect_mail(to=story.ana)
    story.after(days=1)
    story.expect_mail(to=[story.ana, story.maya])
    story.after(days=6)
    story.nothing_more_is_sent()


def test_who_has_taken_missed_sessions_on_has_a_week(story: Story) -> None:
    given_to_ana(story)
    story.at("14:00")
    story.misses_sessions()
    story.expect_mail(to=story.ana)
    story.ana.acknowledges()
    story.after(days=6, hours=23)
    story.nothing_more_is_sent()
    story.after(hours=1)
    story.expect_mail(to=[story.ana, story.maya])


def test_trouble_with_mail_of_missed_sessions_calls_nobody_else(story: Story) -> None:
    given_to_ana(story)
    story.at("14:00")
    story.outside.mailbox.fail(story.ana.email, times=1)
    story.misses_sessions()
    story.after(seconds=2)
    story.expect_mail(to=story.ana)
    story.is_at(level=0)
    story.nothing_more_is_sent()


def test_the_end_of_a_case_ends_its_alert_of_missed_sessions(story: Story) -> None:
    given_to_ana(story)
    story.at("14:00")
    story.misses_sessions()
    story.expect_mail(to=story.ana)
    story.is_closed_by(story.maya)
    story.after(days=2)
    story.nothing_more_is_sent()
    assert story.alert["outcome"] == "no_longer_needed"


def test_missed_sessions_and_high_risk_of_one_case_are_two_alerts(story: Story) -> None:
    given_to_ana(story)
    story.at("14:00")
    story.misses_sessions()
    story.expect_mail(to=story.ana)
    story.assessed_high()
    story.expect_mail(to=story.ana, saying="")
    assert len(story.alerts) == 2
