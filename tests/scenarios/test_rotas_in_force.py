"""Who is on duty at the moment of a step is called, whatever has become of the rota meanwhile."""

from __future__ import annotations

from datetime import timedelta

from tests.scenarios.rotas import keeps_a_rota, swap
from tests.scenarios.story import Story

WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
BY_DAY = [{"days": WEEK, "from": "09:00", "until": "17:00"}]


def test_who_is_on_duty_is_called_and_nobody_else(story: Story) -> None:
    keeps_a_rota(story, story.bea, story.ana, fallback=story.ana)
    story.assessed_high()
    story.expect_mail(to=story.bea)
    story.nothing_more_is_sent()


def test_a_swap_in_mid_escalation_calls_who_has_the_shift_now_too(story: Story) -> None:
    keeps_a_rota(story, story.ana, story.bea, fallback=story.maya)
    story.assessed_high()
    story.expect_mail(to=story.ana)
    swap(story)
    story.nothing_more_is_sent()
    story.after(minutes=5)
    story.expect_mail(to=[story.ana, story.bea])
    story.nothing_more_is_sent()


def test_a_swap_before_a_rung_is_reached_calls_the_one_who_has_that_duty_by_then(
    story: Story,
) -> None:
    nora = story.enters("nora", "manager")
    keeps_a_rota(story, story.maya, nora, fallback=story.dora, tier="manager")
    story.is_allocated_to(story.ana)
    story.assessed_high()
    story.expect_mail(to=story.ana)
    swap(story, "manager")
    story.after(minutes=5)
    story.expect_mail(to=story.ana)
    story.after(minutes=5)
    story.expect_mail(to=[story.ana, nora])
    story.nothing_more_is_sent()


def test_who_stands_in_from_the_middle_of_an_escalation_is_called(story: Story) -> None:
    keeps_a_rota(story, story.ana, fallback=story.maya)
    story.assessed_high()
    story.expect_mail(to=story.ana)
    now = story.world.now()
    told = {"from": now.isoformat(), "until": (now + timedelta(hours=8)).isoformat()}
    path = f"/rotas/{story.area}/responders/overrides"
    answer = story.maya.asks("POST", path, json=told | {"person": story.bea.id})
    assert answer.is_success, answer.text
    story.after(minutes=5)
    story.expect_mail(to=[story.ana, story.bea])
    story.nothing_more_is_sent()


def test_in_a_gap_of_the_rota_its_fallback_is_called(story: Story) -> None:
    keeps_a_rota(story, story.ana, fallback=story.bea, hours=BY_DAY, accept_gaps=True)
    story.at("22:00")
    story.assessed_high()
    story.expect_mail(to=story.bea)
    story.nothing_more_is_sent()


def test_a_gap_that_begins_in_mid_escalation_calls_the_fallback_too(story: Story) -> None:
    keeps_a_rota(story, story.ana, fallback=story.bea, hours=BY_DAY, accept_gaps=True)
    story.at("16:58")
    story.assessed_high()
    story.expect_mail(to=story.ana)
    story.after(minutes=5)
    story.expect_mail(to=[story.ana, story.bea])
    story.nothing_more_is_sent()


def test_a_hand_over_of_the_rota_in_mid_escalation_calls_who_comes_on_duty_too(
    story: Story,
) -> None:
    keeps_a_rota(story, story.ana, story.bea, fallback=story.maya)
    story.after(days=6, minutes=-3)
    story.assessed_high()
    story.expect_mail(to=story.ana)
    story.after(minutes=5)
    story.expect_mail(to=[story.ana, story.bea])
    story.nothing_more_is_sent()
