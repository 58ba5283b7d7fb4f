"""Those who were to be called cannot be: others are, at once, and nobody's trouble stops a call."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.rotas import keeps_a_rota
from tests.scenarios.story import Story

HEAP = 250


def documents(story: Story, collection: str) -> Any:
    return story.world.mongo.database("notifications")[collection]


def test_where_the_allocated_practitioner_has_left_the_manager_is_called_at_once(
    story: Story,
) -> None:
    story.is_allocated_to(story.ana)
    story.leaves(story.ana)
    story.assessed_high()
    story.expect_mail(to=story.maya)
    story.is_at(level=2)
    story.nothing_more_is_sent()


def test_where_everybody_of_an_area_has_left_the_alert_climbs_to_the_last_rung(
    story: Story,
) -> None:
    for person in story.people.values():
        person.is_active = False
    story.enters("nora", "manager", areas=("elsewhere",))
    story.assessed_high()
    story.is_at(level=3)
    story.nobody_is_called()


def test_who_comes_where_nobody_could_be_called_is_called_within_seconds(story: Story) -> None:
    for person in story.people.values():
        person.is_active = False
    story.tell_people()
    story.assessed_high()
    story.after(seconds=4)
    story.enters("nora", "manager")
    story.after(seconds=10)
    story.expect_mail(to=story.nora)
    story.nothing_more_is_sent()


def test_who_has_no_address_that_can_be_used_leaves_it_to_the_manager_at_once(
    story: Story,
) -> None:
    story.is_allocated_to(story.ana)
    took = documents(story, "responders").update_one(
        {"account_id": story.ana.id}, {"$set": {"uses_email": False}, "$inc": {"version": 1}}
    )
    assert took.modified_count == 1
    story.world.rest()
    story.assessed_high()
    story.expect_mail(to=story.maya)
    story.nothing_more_is_sent()


@pytest.mark.parametrize("fallback", ["bea", "ana"])
def test_a_rota_that_names_who_has_left_calls_her_fallback_or_everybody(
    story: Story, fallback: str
) -> None:
    story.enters("nora", "practitioner")
    keeps_a_rota(story, story.ana, fallback=story.people[fallback])
    story.leaves(story.ana)
    story.assessed_high()
    story.expect_mail(to=story.bea)
    if fallback == "ana":
        story.expect_mail(to=story.nora)
    story.is_at(level=0)
    story.nothing_more_is_sent()


def test_a_language_that_nobody_has_translated_is_written_in_the_nearest(story: Story) -> None:
    story.enters("nora", "practitioner", locale="it-IT")
    story.enters("pia", "practitioner", locale="pl")
    story.assessed_high()
    assert "Rischio alto" in story.expect_mail(to=story.nora).said
    assert "High risk" in story.expect_mail(to=story.pia).said


def test_a_time_zone_that_is_not_known_stops_nobody(story: Story) -> None:
    spoilt = {"$set": {"time_zone": "Nowhere/Land"}, "$inc": {"version": 1}}
    documents(story, "responders").update_one({"account_id": story.ana.id}, spoilt)
    story.world.rest()
    story.at("14:00")
    story.misses_sessions()
    story.expect_mail(to=[story.ana, story.bea])
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea], saying="High risk")


def test_one_damaged_alert_keeps_no_other_out_of_a_digest(story: Story) -> None:
    story.ana.prefers("digest", digest_at="16:30")
    story.at("14:00")
    for _ in range(3):
        story.another_case()
        story.is_allocated_to(story.ana)
        story.misses_sessions()
    story.world.rest()
    damaged = {"$unset": {"policy": ""}, "$inc": {"version": 1}}
    documents(story, "notifications").update_one({"reference": story.reference}, damaged)
    story.at("16:30")
    story.expect_mail(to=story.ana, saying="Alerts that wait for you: 2")
    documents(story, "notifications").delete_many({"area": story.area})


@pytest.mark.parametrize("damage", [{"level": "x"}, {"history": []}, {"next_step_at": "soon"}])
def test_a_damaged_alert_keeps_no_lost_call_from_being_placed(
    story: Story, damage: dict[str, Any]
) -> None:
    for person in story.people.values():
        person.is_active = False
    story.tell_people()
    story.assessed_high()
    story.world.rest()
    known = documents(story, "notifications")
    known.update_one({"reference": story.reference}, {"$set": damage, "$inc": {"version": 1}})
    story.another_case()
    story.assessed_high()
    story.after(seconds=4)
    story.enters("nora", "manager")
    story.after(seconds=10)
    story.expect_mail(to=story.nora)
    known.delete_many({"area": story.area})


def test_a_heap_of_damaged_documents_hides_no_step_and_no_notice(story: Story) -> None:
    story.outside.mailbox.fail(story.ana.email, times=1)
    story.assessed_high()
    long_ago = story.world.now() - timedelta(days=1)
    for name, field in (("notifications", "next_step_at"), ("notices", "due_at")):
        spoilt = ({"_id": f"{name}-{n}", "reference": f"{story.mark}-{n}"} for n in range(HEAP))
        documents(story, name).insert_many(
            {**each, "area": story.area, field: long_ago} for each in spoilt
        )
    story.after(seconds=2)
    story.expect_mail(to=[story.ana, story.bea])
    story.after(minutes=5)
    story.expect_mail(to=[story.ana, story.bea])
