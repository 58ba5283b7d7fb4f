"""The mail of `make run`: caught, kept, shown as text, and delivered to nobody."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from deploy.local import ports
from deploy.local.layout import Layout
from deploy.local.mail import MailServer
from deploy.local.mail_pages import KEPT
from tests.support import until
from tests.support.sending import MESSAGE, send

ANNA = "anna@team.example"
EVIL = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    smtp, page = ports.free(2)
    server = MailServer(smtp, page)
    child = server.start(Layout(tmp_path_factory.mktemp("mail")))
    try:
        until(server.answers, within=20)
        yield server
    finally:
        child.stop()


@pytest.fixture
def page(server: MailServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{server.page_port}") as client:
        client.delete("/messages")
        yield client


def deliver(server: MailServer, *mails: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", server.smtp_port) as line:
        for mail in mails:
            line.send_message(mail)


def mail(subject: str, text: str = "Open https://casework.example/inbox now.") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "alerts@casework.example", ANNA, subject
    made.set_content(text)
    return made


def test_what_notifications_sends_is_there(server: MailServer, page: httpx.Client) -> None:
    sent = send(server.settings(), ("email", ANNA))
    assert sent.whats == ["sent"], sent.log
    (told,) = page.get("/messages").json()["messages"]
    assert (told["to"], told["subject"]) == ([ANNA], MESSAGE.subject)
    assert told["text"].splitlines() == MESSAGE.body.splitlines()
    assert told["headers"]["Message-ID"] == sent.only.told


def test_two_hundred_at_once_are_all_caught(server: MailServer, page: httpx.Client) -> None:
    people = [("email", f"person{number}@team.example") for number in range(200)]
    sent = send(server.settings(), *people)
    assert set(sent.whats) == {"sent"}
    assert len(page.get("/messages").json()["messages"]) == 200


def test_the_page_lists_and_shows_them(server: MailServer, page: httpx.Client) -> None:
    deliver(server, mail("First"), mail("Second"))
    listed = page.get("/").text
    assert listed.index("Second") < listed.index("First")
    number = page.get("/messages").json()["messages"][0]["number"]
    shown = page.get(f"/messages/{number}").text
    assert '<a href="https://casework.example/inbox">' in shown
    assert page.get("/messages/999999").status_code == 404


def test_nothing_in_a_mail_is_alive(server: MailServer, page: httpx.Client) -> None:
    deliver(server, mail(EVIL, f'{EVIL} https://a.example/"onmouseover="x javascript:alert(1)'))
    number = page.get("/messages").json()["messages"][0]["number"]
    for answer in (page.get("/"), page.get(f"/messages/{number}")):
        assert EVIL not in answer.text
        assert 'onmouseover="' not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_the_page_is_for_this_machine(page: httpx.Client) -> None:
    assert page.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_one_can_ask_for_the_mails_of_one_address(server: MailServer, page: httpx.Client) -> None:
    deliver(server, mail("For Anna"))
    assert len(page.get("/messages", params={"to": ANNA}).json()["messages"]) == 1
    assert page.get("/messages", params={"to": "b@team.example"}).json()["messages"] == []


def test_only_the_last_are_kept(server: MailServer, page: httpx.Client) -> None:
    deliver(server, *(mail(f"Mail {number}") for number in range(KEPT + 5)))
    kept: list[Any] = page.get("/messages").json()["messages"]
    assert len(kept) == KEPT
    assert kept[0]["subject"] == f"Mail {KEPT + 4}"


def test_a_mail_that_is_no_text_can_be_listed(server: MailServer, page: httpx.Client) -> None:
    with smtplib.SMTP("127.0.0.1", server.smtp_port) as line:
        line.sendmail("a@b.example", [ANNA], b"\xff\xfe no headers\r\n\x00")
    assert page.get("/").status_code == 200
    assert page.get("/messages").status_code == 200
