"""The first notice: who is told at once, by which ways, and who is not."""

from __future__ import annotations

from tests.scenarios.story import Story
from tests.support import until
from tests.support.measured import measured

PUSH = '{"endpoint":"https://push.example/1","keys":{"auth":"c2l4dGVlbiBvY3RldHMuLg","p256dh":"'
POINT = "BHPIMrRrlVdnYXWfeHTlk-gLGj4tz2v0aGzAJJzvnYzxU3Z3UIhAbDHWVVvWgEgkhqZlhwY6hXvtpgFVeNP3MrQ"


def test_high_risk_is_in_the_inbox_of_every_practitioner_of_the_area(story: Story) -> None:
    story.assessed_high()
    assert story.inboxes() == {"ana", "bea", "maya", "dora"}


def test_high_risk_is_mailed_to_every_practitioner_of_the_area_at_once(story: Story) -> None:
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea])
    story.nothing_more_is_sent()


def test_high_risk_of_an_allocated_case_is_mailed_to_its_practitioner_alone(story: Story) -> None:
    story.is_allocated_to(story.ana)
    story.assessed_high()
    story.expect_mail(to=story.ana)
    story.nothing_more_is_sent()


def test_the_first_message_is_timed_from_what_led_to_it(story: Story) -> None:
    before = timed(story)
    story.is_allocated_to(story.ana)
    story.assessed_high()
    story.expect_mail(to=story.ana)
    until(lambda: timed(story) == before + 1, within=10)


def timed(story: Story) -> float:
    """Return how many first messages by mail the processes that run have timed."""
    name = "casework_notifications_submit_to_notice_seconds_count"
    return sum(measured(url, name, channel="email") or 0 for url in story.world.urls)


def test_medium_and_standard_risk_call_nobody(story: Story) -> None:
    story.assessed("medium")
    story.assessed("standard")
    story.nobody_is_called()
    assert story.alerts == []


def test_high_risk_is_sent_by_sms(story: Story) -> None:
    story.ana.is_reached_by(("sms", story.outside.number()), email=False)
    story.is_allocated_to(story.ana)
    story.assessed_high()
    assert story.expect("sms", story.ana).token
    story.nothing_more_is_sent()


def test_high_risk_is_sent_by_chat(story: Story) -> None:
    story.ana.is_reached_by(("chat", f"team:{story.ana.id}"), email=False)
    story.is_allocated_to(story.ana)
    story.assessed_high()
    assert story.expect("chat", story.ana).token
    story.nothing_more_is_sent()


def test_high_risk_is_sent_by_a_signed_webhook(story: Story) -> None:
    story.ana.is_reached_by(("webhook", story.outside.hook()), email=False)
    story.is_allocated_to(story.ana)
    story.assessed_high()
    assert story.expect("webhook", story.ana).token
    assert "webhook-signature" in story.outside.hooks.received[-1].headers
    story.nothing_more_is_sent()


def test_high_risk_goes_to_every_address_of_a_person_at_once(story: Story) -> None:
    ways = ("sms", story.outside.number()), ("chat", f"team:{story.ana.id}")
    story.ana.is_reached_by(*ways)
    story.is_allocated_to(story.ana)
    story.assessed_high()
    told = {story.expect(way, story.ana).token for way in ("email", "sms", "chat")}
    assert len(told) == 3
    story.nothing_more_is_sent()


def test_two_mail_addresses_of_a_person_get_a_mail_each(story: Story) -> None:
    story.ana.is_reached_by(("email", f"night.{story.mark}@team.example"))
    story.is_allocated_to(story.ana)
    story.assessed_high()
    story.expect_mail(to=story.ana)
    story.expect("email", story.ana, f"night.{story.mark}@team.example")
    story.nothing_more_is_sent()


def test_who_has_no_address_that_can_be_used_has_it_in_her_inbox_and_the_manager_is_called_at_once(
    story: Story,
) -> None:
    story.ana.is_reached_by(("push", f'{PUSH}{POINT}"}}}}'), email=False)
    story.is_allocated_to(story.ana)
    story.assessed_high()
    story.expect_mail(to=story.maya)
    assert story.reference in story.ana.inbox()
    story.nothing_more_is_sent()


def test_a_colleague_of_another_area_is_not_called(story: Story) -> None:
    story.enters("zoe", "practitioner", areas=[f"other-{story.mark}"])
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea])
    story.nothing_more_is_sent()
    assert "zoe" not in story.inboxes()


def test_who_works_in_several_areas_is_called_in_each(story: Story) -> None:
    story.enters("zoe", "practitioner", areas=[f"other-{story.mark}", story.area])
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea, story.zoe])
    story.nothing_more_is_sent()
