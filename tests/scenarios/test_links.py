"""Links in messages: a scanner's visit changes nothing, pressing the button takes the alert on."""

from __future__ import annotations

from tests.scenarios.outside import Message
from tests.scenarios.story import Story


def mailed(story: Story) -> Message:
    story.assessed_high()
    story.expect_mail(to=story.bea)
    return story.expect_mail(to=story.ana)


def test_a_scanner_that_follows_the_link_changes_nothing(story: Story) -> None:
    mail = mailed(story)
    for _ in range(3):
        assert story.follows(mail).status_code == 200
    story.is_at(level=0, state="delivered")
    story.after(minutes=5)
    story.expect_mail(to=[story.ana, story.bea])


def test_who_presses_the_button_has_the_alert_and_nothing_more_is_sent(story: Story) -> None:
    shown = story.ana.answers(mailed(story))
    assert shown["is_hers"]
    assert story.alert["responder_id"] == story.ana.id
    story.after(minutes=59)
    story.nothing_more_is_sent()


def test_a_link_shows_the_alert_by_reference_to_the_person_it_was_sent_to(story: Story) -> None:
    shown = story.ana.opens(mailed(story))
    assert (shown["person"], shown["reference"]) == ("Ana", story.reference)
    assert not shown["is_hers"]


def test_pressing_twice_is_the_same_as_once(story: Story) -> None:
    mail = mailed(story)
    story.ana.answers(mail)
    until_then = story.alert["expires_at"]
    story.after(minutes=10)
    assert story.ana.answers(mail)["is_hers"]
    assert story.alert["expires_at"] == until_then


def test_a_link_of_an_earlier_call_is_over(story: Story) -> None:
    old = mailed(story)
    story.after(minutes=5)
    new = story.expect_mail(to=story.ana)
    assert story.answers(old).status_code == 410
    assert story.answers(new).status_code == 200
    assert story.ana.opens(old)["is_over"]


def test_a_link_that_was_made_up_is_not_there(story: Story) -> None:
    token = mailed(story).token
    other = token[:-1] + ("A" if token[-1] != "A" else "B")
    for forged in (other, token[:20], "A" * 40, f"{token}A"):
        assert story.follows(forged).status_code == 404
        assert story.answers(forged).status_code == 404
    story.is_at(level=0, state="delivered")


def test_the_link_of_somebody_who_has_left_is_gone(story: Story) -> None:
    mail = mailed(story)
    story.leaves(story.ana)
    assert story.follows(mail).status_code == 410
    assert story.answers(mail).status_code == 410
    assert story.alert["responder_id"] is None


def test_a_link_to_what_a_colleague_has_says_so(story: Story) -> None:
    mail = mailed(story)
    story.bea.acknowledges()
    refused = story.answers(mail)
    assert refused.status_code == 409
    assert story.bea.id in refused.text
    assert story.ana.opens(mail)["responder_id"] == story.bea.id


def test_a_link_to_an_alert_that_has_ended_says_so(story: Story) -> None:
    mail = mailed(story)
    story.bea.acts()
    story.bea.resolves()
    assert story.answers(mail).status_code == 409
    assert story.ana.opens(mail)["is_over"]


def test_after_her_acknowledgement_expired_her_old_link_is_over(story: Story) -> None:
    mail = mailed(story)
    story.ana.answers(mail)
    story.after(minutes=60)
    new = story.expect_mail(to=story.ana)
    assert story.answers(mail).status_code == 410
    assert story.ana.answers(new)["is_hers"]


def test_a_link_in_an_sms_does_the_same(story: Story) -> None:
    story.ana.is_reached_by(("sms", story.outside.number()), email=False)
    story.assessed_high()
    assert story.ana.answers(story.expect("sms", story.ana))["is_hers"]


def test_nobody_but_the_portal_comes_by_the_door_of_links(story: Story) -> None:
    token = mailed(story).token
    assert story.bea.asks("POST", f"/links/{token}/acknowledgement").status_code == 403
    story.is_at(level=0, state="delivered")


def test_no_token_comes_into_the_log(story: Story) -> None:
    story.is_allocated_to(story.ana)
    story.assessed_high()
    mail = story.expect_mail(to=story.ana)
    changed = mail.token[:-1] + ("A" if mail.token[-1] != "A" else "B")
    for token in (mail.token, changed, mail.token + "A", "x" * 500, "%00", "..", "%2e%2e%2falerts"):
        for ask in (story.follows, story.answers):
            answer = ask(token)
            assert answer.status_code in (200, 404, 405, 410), (token, answer.text)
            assert token == mail.token or answer.status_code != 200, token
    story.world.rest()
    log = story.world.stack.log("notifications")
    assert mail.token not in log
    assert changed not in log
