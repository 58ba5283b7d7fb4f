"""What messages say: enough to act, in the language of each person, and nothing about anybody."""

from __future__ import annotations

import pytest

from tests.scenarios.story import Story

CANARY = "Canary Wren Alleyway 7"
WORDS = {"en": "High risk", "ro": "Risc ridicat", "it": "Rischio alto", "hu": "Magas kockázat"}


def everything_sent(story: Story) -> str:
    story.world.rest()
    return "\n".join(message.raw for message in story.outside.messages())


def test_no_message_names_the_case_its_area_or_another_person(story: Story) -> None:
    ways = ("sms", story.outside.number()), ("chat", f"team:{story.ana.id}")
    story.ana.is_reached_by(*ways, ("webhook", story.outside.hook()))
    story.is_allocated_to(story.ana)
    story.assessed_high()
    story.after(minutes=15)
    sent = everything_sent(story)
    assert story.reference in sent
    for word in (story.case_reference, story.case_id, story.area, story.dora.id, "Maya"):
        assert word not in sent


def test_no_note_of_an_action_comes_into_a_message(story: Story) -> None:
    story.assessed_high()
    story.ana.acts("other", note=CANARY)
    story.after(days=1)
    story.expect_mail(to=story.maya)
    assert CANARY not in everything_sent(story)


def test_the_log_and_the_notices_hold_no_address(story: Story) -> None:
    number = story.outside.number()
    story.ana.is_reached_by(("sms", number), ("chat", f"team:{story.ana.id}"))
    story.is_allocated_to(story.ana)
    story.outside.mailbox.refuse(story.ana.email)
    story.outside.providers.refuse("/jsonrpc/sms", 503)
    story.assessed_high()
    story.expect("chat", story.ana)
    story.world.rest()
    log = story.world.stack.log("notifications")
    kept = str(list(story.world.mongo.database("notifications").notices.find()))
    assert "notice_not_sent" in log
    for address in (story.ana.email, number, f"team:{story.ana.id}"):
        assert address not in log
        assert address not in kept


def test_addresses_are_sealed_where_they_are_kept(story: Story) -> None:
    number = story.outside.number()
    story.ana.is_reached_by(("sms", number))
    database = story.world.mongo.database("notifications")
    kept = "".join(str(list(database[name].find())) for name in database.list_collection_names())
    assert story.ana.id in kept
    assert number not in kept
    assert story.ana.email not in kept


def test_nothing_on_the_bus_holds_an_address_or_a_name(story: Story) -> None:
    story.outside.mailbox.refuse(story.ana.email)
    story.assessed_high()
    story.after(minutes=15)
    said = [each for each in story.world.said if each["case_id"] == story.case_id]
    assert "alert_raised" in {each["type"] for each in said}
    assert "@" not in str(said)
    assert "Ana" not in str(said)


def test_the_bus_is_told_of_each_step_in_order(story: Story) -> None:
    story.assessed_high()
    story.after(minutes=5)
    story.ana.acts()
    story.ana.resolves()
    story.world.rest()
    told = ["alert_raised", "alert_escalated", "alert_acknowledged", "alert_resolved"]
    assert [each for each in story.said() if each in told] == told


@pytest.mark.parametrize("language", WORDS)
def test_a_mail_is_in_the_language_of_who_gets_it(story: Story, language: str) -> None:
    story.ana.locale = language
    story.tell_people()
    story.assessed_high()
    mail = story.expect_mail(to=story.ana)
    assert WORDS[language] in mail.subject
    assert all(word not in mail.subject for other, word in WORDS.items() if other != language)


def test_an_sms_is_in_her_language_and_fits_one_sms_with_its_link(story: Story) -> None:
    story.ana.is_reached_by(("sms", story.outside.number()))
    story.ana.locale = "hu"
    story.tell_people()
    story.assessed_high()
    text = story.expect("sms", story.ana).text
    assert len(text) <= 160
    assert "/a/" in text


def test_each_of_several_people_is_written_to_in_her_own_language(story: Story) -> None:
    story.ana.locale, story.bea.locale = "it", "ro"
    story.tell_people()
    story.assessed_high()
    assert WORDS["it"] in story.expect_mail(to=story.ana).subject
    assert WORDS["ro"] in story.expect_mail(to=story.bea).subject


def test_a_mail_says_why_and_since_when(story: Story) -> None:
    story.assessed_high(cues=["strangulation"], grounds=["visible_high_risk"])
    mail = story.expect_mail(to=story.ana)
    assert "Strangulation" in mail.text
    assert f"{story.world.now():%Y}" in mail.text


def test_the_first_a_repeated_and_an_escalated_mail_say_different_things(story: Story) -> None:
    story.is_allocated_to(story.ana)
    story.assessed_high()
    first = story.expect_mail(to=story.ana).subject
    story.after(minutes=5)
    again = story.expect_mail(to=story.ana).subject
    story.after(minutes=5)
    assert len({first, again, story.expect_mail(to=story.maya).subject}) == 3


def test_a_worsening_is_called_one(story: Story) -> None:
    story.assessed_high()
    story.expect_mail(to=story.ana)
    story.assessed("high", worsened=True)
    assert "worse" in story.expect_mail(to=story.ana).text


def test_every_call_has_a_link_of_its_own_for_each_person(story: Story) -> None:
    story.assessed_high()
    story.after(minutes=5)
    people = (story.ana, story.bea)
    tokens = {story.expect_mail(to=each).token for each in people for _ in range(2)}
    assert len(tokens) == 4
