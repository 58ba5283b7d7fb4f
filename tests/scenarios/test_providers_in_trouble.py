"""Providers that are away, have trouble, refuse or never answer: somebody is reached anyway."""

from __future__ import annotations

import pytest

from tests.scenarios.story import Story
from tests.support import until

MAILS_AT_ONCE = 8


def test_while_mail_refuses_connections_the_alert_climbs_at_once_to_the_last_rung(
    story: Story,
) -> None:
    story.the_mail_server_is_away()
    story.assessed_high()
    story.after(seconds=1)
    story.is_at(level=3, state="raised")
    story.the_mail_server_is_back()


def test_when_mail_is_back_everybody_is_called_within_seconds(story: Story) -> None:
    story.the_mail_server_is_away()
    story.assessed_high()
    story.after(seconds=1)
    story.the_mail_server_is_back()
    story.after(seconds=2)
    story.expect_mail(to=[story.ana, story.bea, story.maya, story.dora])
    story.nothing_more_is_sent()


def test_what_could_not_be_sent_is_tried_again_after_longer_and_longer_waits(
    story: Story,
) -> None:
    story.the_mail_server_is_away()
    story.assessed_high()
    for attempts, wait_s in enumerate((2, 10, 30, 60, 300), start=1):
        story.after(seconds=wait_s - 1.5)
        assert {each["attempts"] for each in story.notices[:4]} == {attempts}
        story.after(seconds=1.5)
    last = story.notices[:4]
    assert {(each["attempts"], each["stage"]) for each in last} == {(6, "failed")}
    story.the_mail_server_is_back()


def test_after_the_last_try_the_next_repeat_calls_again(story: Story) -> None:
    story.the_mail_server_is_away()
    story.assessed_high()
    for wait_s in (2, 10, 30, 60, 300):
        story.after(seconds=wait_s)
    story.the_mail_server_is_back()
    story.after(minutes=15)
    story.expect_mail(to=[story.ana, story.bea, story.maya, story.dora])


def test_one_bad_address_among_several_wakes_nobody_on_the_next_rung(story: Story) -> None:
    story.outside.mailbox.refuse(story.ana.email)
    story.mail_is_held_for(story.bea)
    story.assessed_high()
    until(lambda: [each for each in story.notices if each["stage"] == "failed"])
    story.has_done("delivery_failed")
    story.mail_flows_again()
    story.expect_mail(to=story.bea)
    story.is_at(level=0)
    story.nothing_more_is_sent()


def test_the_last_of_a_call_that_fails_calls_the_next_rung_once(story: Story) -> None:
    story.outside.mailbox.refuse(story.ana.email)
    story.outside.mailbox.refuse(story.bea.email)
    story.assessed_high()
    story.expect_mail(to=story.maya)
    story.is_at(level=2)
    story.nothing_more_is_sent()


def test_an_address_that_asks_to_come_later_calls_the_next_rung_at_once(story: Story) -> None:
    story.is_allocated_to(story.ana)
    story.outside.mailbox.fail(story.ana.email, times=1)
    story.assessed_high()
    story.expect_mail(to=story.ana)
    story.is_at(level=1)
    story.has_done("delivery_failed")
    story.nothing_more_is_sent()


def test_an_address_that_is_refused_is_not_tried_again_and_the_manager_is_called_at_once(
    story: Story,
) -> None:
    story.is_allocated_to(story.ana)
    story.outside.mailbox.refuse(story.ana.email)
    story.assessed_high()
    story.expect_mail(to=story.maya)
    story.is_at(level=2, state="delivered")
    story.after(minutes=4)
    hers = [each for each in story.notices if each["person_id"] == story.ana.id]
    assert {(each["attempts"], each["stage"]) for each in hers} == {(1, "failed")}
    story.nothing_more_is_sent()


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_chat_that_has_trouble_calls_again_at_once(story: Story, status: int) -> None:
    story.ana.is_reached_by(("chat", f"team:{story.ana.id}"), email=False)
    story.is_allocated_to(story.ana)
    story.outside.providers.fail(f"/chat/{story.ana.id}", times=1, status=status)
    story.assessed_high()
    for _ in range(2):
        story.expect("chat", story.ana)
    story.is_at(level=1, state="delivered")
    story.nothing_more_is_sent()


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_chat_that_refuses_her_is_not_asked_again_and_the_manager_is_called(
    story: Story, status: int
) -> None:
    story.ana.is_reached_by(("chat", f"team:{story.ana.id}"), email=False)
    story.is_allocated_to(story.ana)
    story.outside.providers.refuse(f"/chat/{story.ana.id}", status)
    story.assessed_high()
    story.expect_mail(to=story.maya)
    hers = [each for each in story.notices if each["person_id"] == story.ana.id]
    assert {(each["attempts"], each["stage"]) for each in hers} == {(1, "failed")}


def test_a_webhook_that_hangs_up_calls_the_next_rung(story: Story) -> None:
    address = story.outside.hook()
    story.ana.is_reached_by(("webhook", address), email=False)
    story.is_allocated_to(story.ana)
    story.outside.hooks.hang_up(f"/hook/{address.rpartition('/')[2]}")
    story.assessed_high()
    story.expect_mail(to=story.maya)


def test_one_address_in_trouble_does_not_keep_the_other_from_being_used(story: Story) -> None:
    story.ana.is_reached_by(("chat", f"team:{story.ana.id}"))
    story.is_allocated_to(story.ana)
    story.outside.providers.refuse(f"/chat/{story.ana.id}")
    story.assessed_high()
    story.expect_mail(to=story.ana)


def test_a_provider_that_does_not_answer_within_five_seconds_calls_the_next_rung(
    story: Story,
) -> None:
    story.is_allocated_to(story.ana)
    story.mail_is_held_for(story.ana)
    story.assessed_high()
    story.so_many_mails_are_held(1)
    story.after(seconds=4)
    story.is_at(level=0)
    story.after(seconds=1)
    story.is_at(level=1)
    story.so_many_mails_are_held(2)
    story.after(seconds=5)
    story.expect_mail(to=story.maya)


def test_mail_that_is_held_for_one_person_does_not_hold_up_the_others(story: Story) -> None:
    story.mail_is_held_for(story.ana)
    story.assessed_high()
    story.so_many_mails_are_held(1)
    story.expect_mail(to=story.bea)


def test_mail_that_is_held_does_not_hold_up_other_channels(story: Story) -> None:
    ways = ("sms", story.outside.number()), ("chat", f"team:{story.ana.id}")
    story.ana.is_reached_by(*ways)
    story.is_allocated_to(story.ana)
    story.mail_is_held_for(story.ana)
    story.assessed_high()
    story.so_many_mails_are_held(1)
    story.expect("sms", story.ana)
    story.expect("chat", story.ana)


def test_a_webhook_that_never_ends_its_answer_does_not_hold_up_mail(story: Story) -> None:
    address = story.outside.hook()
    story.bea.is_reached_by(("webhook", address), email=False)
    story.outside.hooks.drip(f"/hook/{address.rpartition('/')[2]}")
    story.world.is_held = True
    story.assessed_high()
    story.expect_mail(to=story.ana)


def test_once_somebody_is_reached_trouble_elsewhere_calls_nobody_else(story: Story) -> None:
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea])
    story.outside.mailbox.fail(story.ana.email, times=1)
    story.after(minutes=5)
    story.expect_mail(to=[story.bea])
    story.is_at(level=1)
    story.after(seconds=2)
    story.expect_mail(to=story.ana)
    story.nothing_more_is_sent()


def test_after_an_acknowledgement_nothing_that_waited_to_be_retried_is_sent(story: Story) -> None:
    story.the_mail_server_is_away()
    story.assessed_high()
    story.after(seconds=1)
    story.ana.acknowledges()
    story.the_mail_server_is_back()
    for wait_s in (2, 10, 30, 60, 300):
        story.after(seconds=wait_s)
    story.nothing_more_is_sent()
    assert {each["stage"] for each in story.notices[:4]} == {"cancelled"}


def test_sms_in_trouble_calls_the_next_rung(story: Story) -> None:
    story.ana.is_reached_by(("sms", story.outside.number()), email=False)
    story.is_allocated_to(story.ana)
    story.outside.providers.refuse("/jsonrpc/sms", 503)
    story.assessed_high()
    story.expect_mail(to=story.maya)
    story.has_done("delivery_failed")


def test_what_waits_long_for_a_slow_mail_server_is_sent_once(story: Story) -> None:
    team = [story.enters(f"p{number}", "practitioner", tell=False) for number in range(30)]
    story.tell_people()
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea, *team])
    story.outside.mailbox.slow()
    story.world.is_held = True
    story.after(minutes=5)
    story.so_many_mails_are_held(MAILS_AT_ONCE)
    for taken_for_s in (5, 7, 2):
        story.after(seconds=taken_for_s)
    story.outside.mailbox.release()
    story.world.is_held = False
    story.expect_mail(to=[story.ana, story.bea, *team])
    story.nothing_more_is_sent()


def test_who_comes_while_a_provider_does_not_answer_does_not_hold_up_the_next_rung(
    story: Story,
) -> None:
    story.leaves(story.bea)
    story.mail_is_held_for(story.ana)
    story.assessed_high()
    story.so_many_mails_are_held(1)
    story.enters("cleo", "practitioner")
    story.after(seconds=5)
    story.is_at(level=1)


def test_a_damaged_notice_does_not_hold_up_the_next_rung(story: Story) -> None:
    story.outside.mailbox.slow()
    story.world.is_held = True
    story.assessed_high()
    story.so_many_mails_are_held(2)
    story.damage_the_notice_to(story.bea)
    story.after(seconds=5)
    story.is_at(level=1)
