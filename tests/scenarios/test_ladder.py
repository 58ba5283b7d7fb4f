"""The ladder: whom each rung calls and when, without end, until somebody takes the alert on."""

from __future__ import annotations

from tests.scenarios.story import Story


def practitioners(story: Story):
    return [story.ana, story.bea]


def everybody(story: Story):
    return [story.ana, story.bea, story.maya, story.dora]


def test_nothing_is_sent_before_its_time(story: Story) -> None:
    story.assessed_high()
    story.expect_mail(to=practitioners(story))
    story.after(minutes=4, seconds=45)
    story.nothing_more_is_sent()
    story.is_at(level=0)


def test_after_five_minutes_the_same_people_are_called_again(story: Story) -> None:
    story.assessed_high()
    story.expect_mail(to=practitioners(story))
    story.after(minutes=5)
    story.expect_mail(to=practitioners(story))
    story.nothing_more_is_sent()
    story.is_at(level=1)


def test_after_ten_minutes_the_managers_are_called_too(story: Story) -> None:
    story.assessed_high()
    for _ in range(2):
        story.expect_mail(to=practitioners(story))
        story.after(minutes=5)
    story.expect_mail(to=[*practitioners(story), story.maya])
    story.nothing_more_is_sent()
    story.is_at(level=2)


def test_after_fifteen_minutes_the_duty_managers_are_called_too(story: Story) -> None:
    story.assessed_high()
    story.after(minutes=5)
    story.after(minutes=5)
    story.after(minutes=5)
    for calls, person in ((4, story.ana), (4, story.bea), (2, story.maya), (1, story.dora)):
        for _ in range(calls):
            story.expect_mail(to=person)
    story.nothing_more_is_sent()
    story.is_at(level=3)


def test_the_last_rung_is_called_every_fifteen_minutes_without_end(story: Story) -> None:
    story.assessed_high()
    story.expect_mail(to=practitioners(story))
    story.after(minutes=15)
    for _ in range(5):
        story.expect_mail(to=everybody(story))
        story.nothing_more_is_sent()
        story.after(minutes=15)
    story.expect_mail(to=everybody(story))


def test_between_two_repeats_nobody_is_called(story: Story) -> None:
    story.assessed_high()
    story.expect_mail(to=practitioners(story))
    story.after(minutes=15)
    story.expect_mail(to=everybody(story))
    story.after(minutes=14, seconds=45)
    story.nothing_more_is_sent()


def test_time_in_which_nothing_ran_counts_as_waited_and_calls_each_person_once(
    story: Story,
) -> None:
    story.assessed_high()
    story.expect_mail(to=practitioners(story))
    story.after(hours=9)
    story.expect_mail(to=everybody(story))
    story.nothing_more_is_sent()
    story.is_at(level=3)


def test_an_alert_that_was_seen_in_an_inbox_goes_on_up_the_ladder(story: Story) -> None:
    story.assessed_high()
    story.expect_mail(to=practitioners(story))
    story.ana.sees()
    story.after(minutes=10)
    story.expect_mail(to=[*practitioners(story), story.maya])


def test_where_nobody_works_whoever_is_on_duty_for_all_areas_is_called_at_once(
    story: Story,
) -> None:
    for person in list(story.people.values()):
        story.leaves(person)
    story.enters("olga", "duty_manager", areas=["*"])
    story.assessed_high()
    story.expect_mail(to=story.olga)
    story.nothing_more_is_sent()
    story.leaves(story.olga)


def test_who_is_called_for_two_reasons_gets_one_mail(story: Story) -> None:
    story.is_allocated_to(story.maya)
    story.assessed_high()
    story.expect_mail(to=story.maya)
    story.after(minutes=10)
    story.expect_mail(to=story.maya)
    story.nothing_more_is_sent()


def test_nobody_loses_the_alert_from_her_inbox_by_its_escalation(story: Story) -> None:
    story.is_allocated_to(story.ana)
    story.assessed_high()
    assert story.reference in story.ana.inbox()
    story.after(minutes=30)
    assert story.inboxes() >= {"ana", "maya", "dora"}


def test_an_alert_that_was_restored_by_the_watch_calls_people_again(story: Story) -> None:
    story.assessed_high()
    story.expect_mail(to=practitioners(story))
    kept = story.world.mongo.database("notifications").notifications
    kept.update_one({"reference": story.reference}, {"$unset": {"next_step_at": ""}})
    story.world.rest()
    story.world.rest()
    story.expect_mail(to=practitioners(story))
    story.has_done("step_restored")
