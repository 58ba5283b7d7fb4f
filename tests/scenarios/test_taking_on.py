"""Taking on, acting, ending: what stops the calls, for how long, and what begins them again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.scenarios.story import Story


def raised(story: Story) -> None:
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea])


def test_after_an_acknowledgement_nothing_is_sent(story: Story) -> None:
    raised(story)
    story.ana.acknowledges()
    story.after(minutes=59)
    story.nothing_more_is_sent()
    assert story.alert["responder_id"] == story.ana.id


def test_an_acknowledgement_without_an_action_expires_and_calls_one_rung_up(story: Story) -> None:
    raised(story)
    story.ana.acknowledges()
    story.after(minutes=60)
    story.expect_mail(to=[story.ana, story.bea])
    story.nothing_more_is_sent()
    story.is_at(level=1, state="delivered")
    story.has_done("acknowledgement_expired")


def test_each_acknowledgement_that_expires_calls_more_people(story: Story) -> None:
    raised(story)
    for _ in range(3):
        story.ana.acknowledges()
        story.after(minutes=60)
        story.expect_mail(to=story.ana)
    story.expect_mail(to=[story.maya, story.dora])


def test_after_an_expiry_somebody_else_may_take_it_on(story: Story) -> None:
    raised(story)
    story.ana.acknowledges()
    story.after(minutes=60)
    story.bea.acknowledges()
    assert story.alert["responder_id"] == story.bea.id


def test_who_acknowledges_twice_gains_no_time(story: Story) -> None:
    raised(story)
    story.ana.acknowledges()
    story.after(minutes=50)
    story.ana.acknowledges()
    story.after(minutes=10)
    story.expect_mail(to=[story.ana, story.bea])


def test_a_second_person_is_refused_and_told_who_has_it(story: Story) -> None:
    raised(story)
    story.ana.acknowledges()
    refused = story.bea.tries("acknowledgements")
    assert refused.status_code == 409
    assert story.ana.id in refused.text


def test_of_twenty_who_acknowledge_at_once_one_has_it(story: Story) -> None:
    raised(story)
    people = [story.enters(f"p{n}", "practitioner", tell=False) for n in range(20)]
    with ThreadPoolExecutor(20) as all_of_them:
        answers = list(all_of_them.map(lambda person: person.tries("acknowledgements"), people))
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200, *[409] * 19]
    winner = people[[answer.status_code for answer in answers].index(200)]
    assert story.alert["responder_id"] == winner.id


def test_an_acknowledgement_and_a_step_at_once_tell_one_story(story: Story) -> None:
    raised(story)
    story.after(minutes=4, seconds=55)
    with ThreadPoolExecutor(1) as ana:
        answer = ana.submit(lambda: story.ana.tries("acknowledgements"))
        story.after(seconds=5)
        assert answer.result().status_code == 200
    assert story.alert["state"] == "acknowledged"
    for message in story.unread():
        story.expect_mail(to=next(p for p in (story.ana, story.bea) if p.email == message.to))
    story.after(minutes=50)
    story.nothing_more_is_sent()


def test_after_an_action_nothing_is_sent_for_a_day(story: Story) -> None:
    raised(story)
    story.ana.acknowledges()
    story.ana.acts("contacted")
    story.after(hours=23, minutes=55)
    story.nothing_more_is_sent()


def test_after_an_action_the_alert_comes_back_each_day_to_the_managers_too(story: Story) -> None:
    raised(story)
    story.ana.acts("police")
    for _ in range(3):
        story.after(days=1)
        story.expect_mail(to=[story.ana, story.bea, story.maya])
        story.nothing_more_is_sent()
    story.has_done("not_resolved")


def test_who_acts_on_an_alert_that_nobody_has_has_it(story: Story) -> None:
    raised(story)
    story.bea.acts("safety_plan")
    assert story.alert["responder_id"] == story.bea.id
    story.has_done("acknowledged", "actioned")
    story.after(minutes=30)
    story.nothing_more_is_sent()


def test_after_its_resolution_nothing_is_sent_any_more(story: Story) -> None:
    raised(story)
    story.ana.acts("marac_referral")
    story.ana.resolves("marac")
    story.after(days=3)
    story.nothing_more_is_sent()
    assert story.alert["state"] == "resolved"


def test_nobody_ends_an_alert_that_nobody_has_taken_on(story: Story) -> None:
    raised(story)
    assert story.maya.tries("resolution", outcome="no_longer_needed").status_code == 409
    story.after(minutes=5)
    story.expect_mail(to=[story.ana, story.bea])


def test_an_outcome_that_claims_a_deed_needs_an_action_on_record(story: Story) -> None:
    raised(story)
    story.ana.acknowledges()
    assert story.ana.tries("resolution", outcome="made_safer").status_code == 409
    story.ana.resolves("opened_in_error")
    assert story.alert["outcome"] == "opened_in_error"


def test_a_person_of_another_area_can_neither_see_nor_take_it_on(story: Story) -> None:
    raised(story)
    story.enters("zoe", "practitioner", areas=[f"other-{story.mark}"])
    assert story.zoe.tries("acknowledgements").status_code == 404
    assert story.zoe.inbox() == []
