"""People come, leave, change their addresses, and try out whether they are reached."""

from __future__ import annotations

from tests.scenarios.story import Story


def test_who_has_left_is_not_called(story: Story) -> None:
    story.leaves(story.bea)
    story.assessed_high()
    story.expect_mail(to=story.ana)
    story.nothing_more_is_sent()


def test_who_leaves_in_mid_escalation_is_not_called_again(story: Story) -> None:
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea])
    story.leaves(story.bea)
    story.after(minutes=5)
    story.expect_mail(to=story.ana)
    story.nothing_more_is_sent()


def test_what_waits_to_be_tried_again_for_who_has_left_is_not_sent(story: Story) -> None:
    story.the_mail_server_is_away()
    story.assessed_high()
    story.after(seconds=1)
    story.leaves(story.bea)
    story.the_mail_server_is_back()
    story.after(seconds=2 + 10)
    story.expect_mail(to=[story.ana, story.maya, story.dora])
    story.nothing_more_is_sent()


def test_who_comes_in_mid_escalation_is_called_from_the_next_step_on(story: Story) -> None:
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea])
    story.enters("nora", "practitioner")
    story.nothing_more_is_sent()
    story.after(minutes=5)
    story.expect_mail(to=[story.ana, story.bea, story.nora])


def test_who_becomes_a_manager_is_called_as_one(story: Story) -> None:
    story.is_allocated_to(story.ana)
    story.assessed_high()
    story.expect_mail(to=story.ana)
    story.bea.role = "manager"
    story.tell_people()
    story.after(minutes=10)
    story.expect_mail(to=[story.ana, story.bea, story.maya])


def test_who_moves_to_another_area_is_no_longer_called_in_this_one(story: Story) -> None:
    story.bea.areas = (f"other-{story.mark}",)
    story.tell_people()
    story.assessed_high()
    story.expect_mail(to=story.ana)
    story.nothing_more_is_sent()


def test_a_new_address_is_used_from_the_next_call_on(story: Story) -> None:
    story.is_allocated_to(story.ana)
    story.assessed_high()
    story.expect_mail(to=story.ana)
    story.ana.is_reached_by(("chat", f"team:{story.ana.id}"), email=False)
    story.after(minutes=5)
    story.expect("chat", story.ana)
    story.nothing_more_is_sent()


def test_a_test_goes_to_each_address_of_the_one_who_asks_and_to_nobody_else(story: Story) -> None:
    story.ana.is_reached_by(("sms", story.outside.number()), ("chat", f"team:{story.ana.id}"))
    story.ana.asks_for_a_test()
    story.after(seconds=1)
    for way in ("email", "sms", "chat"):
        story.expect(way, story.ana, saying="")
    story.nothing_more_is_sent()


def test_an_address_is_tried_once_within_five_minutes(story: Story) -> None:
    story.at("14:01")
    story.ana.asks_for_a_test()
    story.expect_mail(to=story.ana, saying="test")
    again = story.ana.asks("POST", "/notices/tests")
    assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (429, "tested-just-now")
    story.nothing_more_is_sent()
    story.after(minutes=5)
    story.ana.asks_for_a_test()
    story.expect_mail(to=story.ana, saying="test")


def test_an_address_that_was_mended_is_tried_at_once(story: Story) -> None:
    story.at("14:01")
    wrong, right = story.outside.number(), story.outside.number()
    story.ana.is_reached_by(("sms", wrong), email=False)
    story.ana.asks_for_a_test()
    story.expect("sms", story.ana, saying="")
    story.ana.mends("sms", right)
    story.ana.asks_for_a_test()
    story.expect("sms", story.ana, right, saying="")
    again = story.ana.asks("POST", "/notices/tests")
    assert again.status_code == 429
    story.nothing_more_is_sent()


def test_two_people_may_try_their_addresses_at_the_same_moment(story: Story) -> None:
    story.ana.asks_for_a_test()
    story.bea.asks_for_a_test()
    story.after(seconds=1)
    story.expect_mail(to=[story.ana, story.bea], saying="Test")
    story.nothing_more_is_sent()


def test_the_link_of_a_test_can_be_answered_and_takes_nothing_on(story: Story) -> None:
    story.ana.asks_for_a_test()
    story.after(seconds=1)
    mail = story.expect_mail(to=story.ana, saying="Test")
    assert story.ana.opens(mail)["is_test"]
    assert story.ana.answers(mail)["reference"] is None


def test_each_person_sees_what_was_sent_to_her_and_no_address(story: Story) -> None:
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea])
    answer = story.ana.asks("GET", "/notices")
    (told,) = answer.json()["items"]
    assert (told["alert_reference"], told["channel"], told["stage"]) == (
        story.reference,
        "email",
        "sent",
    )
    assert "@" not in answer.text


def test_a_manager_sees_to_whom_an_alert_was_sent_and_when(story: Story) -> None:
    story.assessed_high()
    story.expect_mail(to=[story.ana, story.bea])
    story.world.rest()
    told = {(each["person_id"], each["stage"]) for each in story.notices}
    assert told == {(story.ana.id, "sent"), (story.bea.id, "sent")}
