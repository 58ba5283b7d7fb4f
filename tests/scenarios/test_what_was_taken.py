"""What a provider has taken counts at once, though others are being told and wait for theirs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notifications.domain.notices import ANSWER_WITHIN
from tests.scenarios.story import Story, moment
from tests.scenarios.world import SECOND, World
from tests.support import until


def allocated_before_failure(frail: World, fail_at: str) -> Story:
    """Return a case of ana's, with the process started again to fail at a point."""
    frail.start()
    story = Story(frail)
    story.is_allocated_to(story.ana)
    frail.kill()
    frail.start(FAIL_AT=fail_at)
    return story


def test_whom_a_second_try_has_reached_is_known_when_the_last_of_the_others_fails(
    alone: Story,
) -> None:
    alone.ana.is_reached_by(("chat", f"team:{alone.ana.id}"), email=False)
    alone.outside.providers.fail(f"/chat/{alone.ana.id}", times=1)
    alone.mail_is_held_for(alone.bea)
    alone.assessed_high()
    alone.so_many_mails_are_held(1)
    until(lambda: [each for each in alone.notices if each["attempts"]])
    alone.expect("chat", alone.ana)
    alone.after(seconds=2)
    alone.expect("chat", alone.ana)
    alone.the_mail_server_is_away()
    until(lambda: [n for n in alone.notices if n["attempts"] and n["person_id"] == alone.bea.id])
    alone.the_mail_server_is_back()
    alone.mail_flows_again()
    alone.is_at(level=0, state="delivered")


def test_who_was_reached_just_in_time_is_known_to_another_process(frail: World) -> None:
    frail.start()
    busy, story = Story(frail), Story(frail)
    busy.ana.is_reached_by(("chat", f"team:{busy.ana.id}"), email=False)
    busy.is_allocated_to(busy.ana)
    busy.outside.providers.slow(f"/chat/{busy.ana.id}")
    story.is_allocated_to(story.ana)
    story.mail_is_held_for(story.ana)
    busy.assessed_high()
    story.assessed_high()
    story.so_many_mails_are_held(1)
    until(lambda: busy.outside.providers.received_at(f"/chat/{busy.ana.id}"))
    frail.start(SECOND)
    (notice,) = story.notices
    in_time = moment(notice["made_at"]) + ANSWER_WITHIN - timedelta(seconds=1.5)
    story.after(seconds=(in_time - frail.now()).total_seconds())
    story.outside.mailbox.release()
    story.expect_mail(to=story.ana)
    story.after(seconds=1.5)
    story.outside.providers.release()
    frail.is_held = False
    story.is_at(level=0, state="delivered")
    story.nothing_more_is_sent()


def test_a_mail_that_has_just_left_holds_back_the_next_one_that_can_wait(story: Story) -> None:
    story.is_allocated_to(story.ana)
    story.bea.is_reached_by(("chat", f"team:{story.bea.id}"), email=False)
    story.at("14:00")
    story.another_case()
    story.is_allocated_to(story.bea)
    story.outside.providers.slow(f"/chat/{story.bea.id}")
    story.world.is_held = True
    story.assessed_high()
    until(lambda: story.outside.providers.received_at(f"/chat/{story.bea.id}"))
    for _ in range(2):
        story.another_case()
        story.is_allocated_to(story.ana)
        story.misses_sessions()
        mails = until(lambda: story.unread("email", story.ana.email))
    until(lambda: story.notices)
    story.outside.providers.release()
    story.world.is_held = False
    story.world.rest()
    assert len(mails) == len(story.unread("email", story.ana.email)) == 1


def test_a_receipt_that_could_not_be_saved_is_saved_a_moment_later(frail: World) -> None:
    story = allocated_before_failure(frail, "noting:raise")
    story.assessed_high()
    story.expect_mail(to=story.ana)
    for taken_for_s in (1, 5, 7, 2):
        story.after(seconds=taken_for_s)
    story.is_at(level=0, state="delivered")
    story.nothing_more_is_sent()


def test_a_process_that_dies_before_it_notes_a_mail_calls_the_next_rung(frail: World) -> None:
    story = allocated_before_failure(frail, "noting:kill")
    story.assessed_high(wait=False)
    frail.dies()
    assert story.unread("email", story.ana.email)
    frail.start()
    story.expect_mail(to=story.ana)
    for taken_for_s in (5, 7, 2):
        story.after(seconds=taken_for_s)
    story.expect_mail(to=story.ana)
    story.is_at(level=1, state="delivered")


@pytest.mark.parametrize("receipt", [1, 2])
def test_of_a_digest_all_is_noted_though_one_of_it_could_not_be_saved(
    frail: World, receipt: int
) -> None:
    frail.start()
    story = Story(frail)
    story.ana.prefers("digest", digest_at="16:30")
    story.at("14:00")
    for _ in range(2):
        story.another_case()
        story.is_allocated_to(story.ana)
        story.misses_sessions()
    frail.rest()
    frail.kill()
    frail.start(FAIL_AT=f"noting:raise:{receipt}")
    story.at("16:30")
    story.expect_mail(to=story.ana)
    for taken_for_s in (1, 5, 7, 2, 10):
        story.after(seconds=taken_for_s)
    story.nothing_more_is_sent()
