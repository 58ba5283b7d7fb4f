"""Processes die: what was to be sent is sent all the same, by the next one or by another.

Where a process dies after a provider took a message and before that was noted, the message is sent
again under the same id: at least once is what a call for help must be.
"""

from __future__ import annotations

from collections import Counter

import pytest

from tests.scenarios.story import Story
from tests.scenarios.world import SECOND, World


def test_a_process_that_is_killed_in_mid_escalation_leaves_its_steps_to_the_next(
    alone: Story,
) -> None:
    alone.assessed_high()
    alone.expect_mail(to=[alone.ana, alone.bea])
    alone.world.kill()
    alone.world.start()
    alone.after(minutes=5)
    alone.expect_mail(to=[alone.ana, alone.bea])
    alone.nothing_more_is_sent()


def test_a_process_that_is_killed_while_a_provider_has_the_message_sends_it_again(
    alone: Story,
) -> None:
    alone.is_allocated_to(alone.ana)
    alone.mail_is_held_for(alone.ana)
    alone.assessed_high()
    alone.so_many_mails_are_held(1)
    alone.world.kill()
    alone.outside.heal()
    alone.world.is_held = False
    alone.world.start()
    alone.after(seconds=5)
    alone.expect_mail(to=alone.ana)
    alone.has_done("delivery_failed")


def test_a_process_that_dies_between_the_save_and_the_sending_sends_after_its_start(
    frail: World,
) -> None:
    frail.start()
    story = Story(frail)
    frail.kill()
    frail.start(FAIL_AT="saved:kill:1")
    story.assessed_high(wait=False)
    frail.dies()
    assert story.unread() == []
    frail.start()
    story.after(seconds=10)
    story.expect_mail(to=[story.ana, story.bea])
    story.nothing_more_is_sent()


def test_a_process_that_dies_between_two_notices_sends_the_second_after_its_start(
    frail: World,
) -> None:
    frail.start()
    story = Story(frail)
    frail.kill()
    frail.start(FAIL_AT="saved:kill:2")
    story.assessed_high(wait=False)
    frail.dies()
    frail.start()
    for taken_for_s in (5, 7, 2):
        story.after(seconds=taken_for_s)
    story.expect_mail(to=[story.ana, story.bea])


def test_what_was_acknowledged_before_a_restart_stays_so(alone: Story) -> None:
    alone.assessed_high()
    alone.expect_mail(to=[alone.ana, alone.bea])
    alone.ana.acknowledges()
    alone.world.kill()
    alone.world.start()
    alone.after(minutes=59)
    alone.nothing_more_is_sent()


def test_after_a_night_without_any_process_each_person_is_called_once(alone: Story) -> None:
    alone.assessed_high()
    alone.expect_mail(to=[alone.ana, alone.bea])
    alone.world.kill()
    alone.world.passes(hours=9)
    alone.world.start()
    alone.expect_mail(to=[alone.ana, alone.bea, alone.maya, alone.dora])
    alone.nothing_more_is_sent()


def test_two_processes_send_each_message_once(frail: World) -> None:
    frail.start()
    frail.start(SECOND)
    stories = [Story(frail) for _ in range(8)]
    for story in stories:
        story.assessed_high()
    for _ in range(3):
        frail.turn(minutes=5)
    for story in stories:
        sent = Counter(message.to for message in story.unread())
        assert [sent[each.email] for each in (story.ana, story.maya, story.dora)] == [4, 2, 1]


def test_of_two_processes_the_other_goes_on_when_one_dies(frail: World) -> None:
    frail.start()
    frail.start(SECOND)
    story = Story(frail)
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea])
    frail.rest()
    frail.kill()
    story.after(minutes=5)
    story.expect_mail(to=[story.ana, story.bea])
    story.nothing_more_is_sent()


def test_what_a_dead_process_had_taken_is_sent_by_the_other(frail: World) -> None:
    frail.start()
    story = Story(frail)
    story.is_allocated_to(story.ana)
    story.mail_is_held_for(story.ana)
    story.assessed_high()
    story.so_many_mails_are_held(1)
    frail.start(SECOND)
    frail.kill()
    story.outside.heal()
    frail.is_held = False
    story.after(seconds=5)
    story.expect_mail(to=story.ana)


@pytest.mark.parametrize("save", [2, 3])
def test_a_call_whose_notices_could_not_all_be_kept_is_placed_within_a_second(
    frail: World, save: int
) -> None:
    frail.start()
    story = Story(frail)
    frail.kill()
    frail.start(FAIL_AT=f"saving:raise:{save}")
    story.assessed_high()
    story.after(seconds=1)
    story.expect_mail(to=[story.ana, story.bea])
    story.nothing_more_is_sent()


@pytest.mark.parametrize("save", [5, 6])
def test_a_call_that_reached_nobody_calls_the_next_rung_though_that_could_not_be_saved(
    frail: World, save: int
) -> None:
    frail.start()
    story = Story(frail)
    story.is_allocated_to(story.ana)
    story.outside.mailbox.refuse(story.ana.email)
    frail.kill()
    frail.start(FAIL_AT=f"saving:raise:{save}")
    story.assessed_high()
    story.after(seconds=10)
    story.after(seconds=10)
    story.expect_mail(to=story.maya)
