"""Each channel against a real server: taken, refused, not this time, and always in time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from standardwebhooks import Webhook

from tests.support.providers import Providers
from tests.support.sending import MESSAGE, send
from tests.support.ways import (
    LOOPBACK,
    NUMBER,
    SECRET,
    Browser,
    Way,
    chat,
    notify,
    push,
    sms,
    webhook,
)

SOON = {"NOTICE_SEND_WITHIN_S": "0.5"}
IN_TIME_S = 5


@pytest.fixture
def providers() -> Iterator[Providers]:
    with Providers() as running:
        yield running


@pytest.fixture
def browser() -> Browser:
    return Browser(ec.generate_private_key(ec.SECP256R1()))


@pytest.fixture(params=["sms", "chat", "notify_sms", "notify_email", "webhook", "push"])
def way(
    request: pytest.FixtureRequest, tmp_path: Path, providers: Providers, browser: Browser
) -> Way:
    """Each channel that goes by HTTP, in turn."""
    ways = {
        "sms": lambda: sms(tmp_path, providers),
        "chat": lambda: chat(tmp_path, providers),
        "notify_sms": lambda: notify(tmp_path, providers, "sms", NUMBER),
        "notify_email": lambda: notify(tmp_path, providers, "email", "anna@team.example"),
        "webhook": lambda: webhook(tmp_path, providers),
        "push": lambda: push(tmp_path, providers, browser),
    }
    return ways[request.param]()


def test_a_message_is_taken(way: Way, providers: Providers) -> None:
    sent = send(way.settings, (way.channel, way.address))
    assert sent.whats == ["sent"], sent.log
    assert len(providers.received_at(way.path)) == 1


@pytest.mark.parametrize("status", [400, 403, 410])
def test_what_the_provider_refuses_is_refused(way: Way, providers: Providers, status: int) -> None:
    providers.refuse(way.path, status)
    sent = send(way.settings, (way.channel, way.address))
    assert sent.only.what == "Refused", sent.log
    assert str(status) in (sent.only.told or "")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_trouble_of_the_provider_is_for_another_time(
    way: Way, providers: Providers, status: int
) -> None:
    providers.fail(way.path, 1, status)
    sent = send(way.settings, (way.channel, way.address))
    assert sent.only.what == "Unreachable", sent.log
    assert len(providers.received_at(way.path)) == 1


def test_a_line_that_is_cut_is_for_another_time(way: Way, providers: Providers) -> None:
    providers.hang_up(way.path)
    assert send(way.settings, (way.channel, way.address)).whats == ["Unreachable"]


@pytest.mark.parametrize("manner", ["slow", "drip"])
def test_an_answer_that_does_not_end_is_not_waited_for(
    way: Way, providers: Providers, manner: str
) -> None:
    getattr(providers, manner)(way.path)
    sent = send(way.settings | SOON, (way.channel, way.address))
    assert sent.only.what == "Unreachable"
    assert sent.only.told == "no answer within 0.5 s"
    assert sent.only.took_s < IN_TIME_S


def test_nothing_that_is_logged_names_an_address(way: Way, providers: Providers) -> None:
    providers.fail(way.path, 1)
    sent = send(way.settings, (way.channel, way.address))
    assert "not_sent" in sent.log
    for secret in (NUMBER, NUMBER[1:], "anna", way.path, SECRET):
        assert secret not in sent.log


def test_a_slow_provider_holds_up_nobody_else(tmp_path: Path, providers: Providers) -> None:
    slow, others = chat(tmp_path, providers), [("chat", f"team:{name}") for name in range(20)]
    providers.slow(slow.path)
    sent = send(slow.settings | {"NOTICE_SEND_WITHIN_S": "3"}, ("chat", "team:anna"), *others)
    assert sent.outcomes[0].what == "Unreachable"
    assert sent.whats[1:] == ["sent"] * 20
    assert max(each.took_s for each in sent.outcomes[1:]) < 3


def test_an_sms_has_the_short_text_and_the_number(tmp_path: Path, providers: Providers) -> None:
    way = sms(tmp_path, providers)
    send(way.settings, ("sms", NUMBER))
    params = providers.received[0].json["params"]
    assert params["to"] == NUMBER[1:] or params["to"] == NUMBER
    assert params["message"] == MESSAGE.short


def test_a_chat_has_the_whole_text(tmp_path: Path, providers: Providers) -> None:
    way = chat(tmp_path, providers)
    send(way.settings, ("chat", way.address))
    told = providers.received[0].json
    assert (told["title"], told["message"]) == (MESSAGE.subject, MESSAGE.body.rstrip())


@pytest.mark.parametrize("address", ["team:#room", "team:@anna", "team:!a:b.example", "team:a=b"])
def test_an_address_cannot_leave_its_place_in_the_template(
    tmp_path: Path, providers: Providers, address: str
) -> None:
    way = chat(tmp_path, providers)
    send(way.settings, ("chat", address))
    (request,) = providers.received
    assert (unquote(request.path), request.query) == (f"/chat/{address[5:]}", "")


@pytest.mark.parametrize("address", ["team:a/../b", "team:a?x=1&to=c", "team:a,b", "team:a b"])
def test_an_address_is_of_one_place(tmp_path: Path, providers: Providers, address: str) -> None:
    way = chat(tmp_path, providers)
    assert send(way.settings, ("chat", address)).whats == ["Refused"]
    assert providers.received == []


@pytest.mark.parametrize("address", ["other:anna", "team:", "anna", "json://127.0.0.1"])
def test_a_chat_address_names_a_provider_of_ours(
    tmp_path: Path, providers: Providers, address: str
) -> None:
    way = chat(tmp_path, providers)
    assert send(way.settings, ("chat", address)).whats == ["Refused"]
    assert providers.received == []


@pytest.mark.parametrize("number", ["07700 900123", "anna", "+44x", "+447700900123/+447700900124"])
def test_what_is_no_number_gets_no_sms(tmp_path: Path, providers: Providers, number: str) -> None:
    way = sms(tmp_path, providers)
    assert send(way.settings, ("sms", number)).whats == ["Refused"]
    assert providers.received == []


def test_notify_is_told_template_text_and_reference(tmp_path: Path, providers: Providers) -> None:
    way = notify(tmp_path, providers, "email", "anna@team.example")
    sent = send(way.settings, ("email", way.address))
    assert sent.only.told == "n-1"
    assert providers.received[0].json == {
        "email_address": "anna@team.example",
        "template_id": "template-1",
        "personalisation": {"subject": MESSAGE.subject, "body": MESSAGE.body},
        "reference": MESSAGE.id,
    }


def test_a_webhook_is_signed(tmp_path: Path, providers: Providers) -> None:
    way = webhook(tmp_path, providers)
    send(way.settings, ("webhook", way.address))
    (request,) = providers.received
    told = Webhook(SECRET).verify(request.body, dict(request.headers))
    assert told["type"] == "notice"
    assert told["data"]["link"] == MESSAGE.link
    assert request.headers["webhook-id"] == MESSAGE.id


def test_a_webhook_goes_only_where_a_secret_is_known(tmp_path: Path, providers: Providers) -> None:
    way = webhook(tmp_path, providers)
    assert send(way.settings, ("webhook", providers.url("/other"))).whats == ["Refused"]
    assert providers.received == []


def test_no_redirect_is_followed(tmp_path: Path, providers: Providers, browser: Browser) -> None:
    for way in (webhook(tmp_path, providers), push(tmp_path, providers, browser)):
        providers.redirect(way.path, providers.url("/inside"))
        assert send(way.settings, (way.channel, way.address)).whats == ["Refused"]
    assert providers.received_at("/inside") == []


def test_private_networks_are_refused_unless_allowed(
    tmp_path: Path, providers: Providers, browser: Browser
) -> None:
    for way in (webhook(tmp_path, providers), push(tmp_path, providers, browser)):
        settings = {name: value for name, value in way.settings.items() if name not in LOOPBACK}
        sent = send(settings, (way.channel, way.address))
        assert sent.only.what == "Refused"
        assert sent.only.told == "the address leads into a private network"
    assert providers.received == []


def test_a_notice_to_a_browser_can_be_read_by_it_alone(
    tmp_path: Path, providers: Providers, browser: Browser
) -> None:
    way = push(tmp_path, providers, browser)
    send(way.settings, ("push", way.address))
    (request,) = providers.received
    assert MESSAGE.subject.encode() not in request.body
    shown = {"id": MESSAGE.id, "title": MESSAGE.subject, "link": MESSAGE.link}
    assert browser.read(request.body) == shown
    assert request.headers["authorization"].startswith("vapid t=")
    assert request.headers["urgency"] == "high"


@pytest.mark.parametrize("address", ["", "[]", "{}", '{"endpoint": "https://x.example"}', "null"])
def test_what_is_no_subscription_is_refused(
    tmp_path: Path, providers: Providers, browser: Browser, address: str
) -> None:
    way = push(tmp_path, providers, browser)
    assert send(way.settings, ("push", address)).whats == ["Refused"]
