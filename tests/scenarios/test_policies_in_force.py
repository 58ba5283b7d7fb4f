"""The ladder of an area: open alerts keep the one that they were raised with."""

from __future__ import annotations

from tests.scenarios.story import Story

STRAIGHT_UP = [
    {"tells": "responders", "after_s": 0},
    {"tells": "duty_manager", "after_s": 60},
]


def decided(story: Story, rungs, **waits) -> None:
    query = {"area": story.area}
    found = story.maya.asks("GET", "/policies", params=query).json()["items"]
    known = next(each for each in found if each["kind"] == "high_risk")
    body = {
        "made_from": known["version"],
        "rungs": rungs,
        "acknowledgement_lasts_s": 3600,
        "repeat_every_s": 900,
        "unresolved_after_s": 86400,
        **waits,
    }
    saved = story.maya.asks("PUT", f"/policies/{story.area}/high_risk", json=body)
    assert saved.is_success, saved.text
    story.world.rest()


def test_an_alert_goes_by_the_ladder_of_its_area(story: Story) -> None:
    decided(story, STRAIGHT_UP)
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea])
    story.after(minutes=1)
    story.expect_mail(to=[story.ana, story.bea, story.dora])
    story.nothing_more_is_sent()


def test_an_open_alert_keeps_the_ladder_that_it_was_raised_with(story: Story) -> None:
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea])
    decided(story, STRAIGHT_UP)
    story.after(minutes=1)
    story.nothing_more_is_sent()
    story.after(minutes=4)
    story.expect_mail(to=[story.ana, story.bea])
    story.nothing_more_is_sent()


def test_the_next_alert_goes_by_the_new_ladder(story: Story) -> None:
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea])
    decided(story, STRAIGHT_UP)
    story.another_case()
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea])
    story.after(minutes=1)
    story.expect_mail(to=[story.ana, story.bea, story.dora])


def test_the_ladder_of_one_area_does_not_move_that_of_another(story: Story) -> None:
    decided(story, STRAIGHT_UP)
    story.area = f"other-{story.mark}"
    story.enters("zoe", "practitioner")
    story.assessed_high()
    story.expect_mail(to=story.zoe)
    story.after(minutes=1)
    story.nothing_more_is_sent()


def test_the_waits_of_an_area_hold_for_repeats_and_acknowledgements(story: Story) -> None:
    decided(story, STRAIGHT_UP, acknowledgement_lasts_s=600, repeat_every_s=300)
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea])
    story.after(minutes=1)
    story.expect_mail(to=[story.ana, story.bea, story.dora])
    story.after(minutes=5)
    story.expect_mail(to=[story.ana, story.bea, story.dora])
    story.ana.acknowledges()
    story.after(minutes=10)
    story.expect_mail(to=[story.ana, story.bea, story.dora])
    story.has_done("acknowledgement_expired")
