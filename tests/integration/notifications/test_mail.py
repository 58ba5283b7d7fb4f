"""Mail over real SMTP: what arrives, what is refused, what is reused, and how long it takes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.certificates import certificate
from tests.support.mailbox import FULL, Mailbox
from tests.support.sending import MESSAGE, send

ANNA = "anna@team.example"
MANY = 200


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as running:
        yield running


def settings(mailbox: Mailbox, **more: str) -> dict[str, str]:
    told = {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mailbox.port),
        "SMTP_SECURITY": "none",
        "MAIL_FROM": "Turning the Page <alerts@casework.example>",
    }
    return told | more


def test_a_mail_arrives_as_it_was_written(mailbox: Mailbox) -> None:
    sent = send(settings(mailbox), ("email", ANNA))
    assert sent.whats == ["sent"], sent.log
    (mail,) = mailbox.received
    assert mail["To"] == ANNA
    assert mail["Subject"] == MESSAGE.subject
    assert mail["Message-ID"] == sent.only.told == f"<{MESSAGE.id}@casework.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"].addresses[0].addr_spec == "alerts@casework.example"
    assert mail["Date"].datetime.tzinfo is not None
    assert mail.get_content().splitlines() == MESSAGE.body.splitlines()


def test_a_mail_that_is_tried_again_has_the_same_id(mailbox: Mailbox) -> None:
    send(settings(mailbox), ("email", ANNA), rounds=2)
    first, second = mailbox.received
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize("answer", ["550 5.1.1 nobody", FULL])
def test_a_permanent_answer_is_a_refusal(mailbox: Mailbox, answer: str) -> None:
    mailbox.refuse(ANNA, answer)
    sent = send(settings(mailbox), ("email", ANNA))
    assert (sent.only.what, sent.only.told) == ("Refused", f"the server answered {answer[:3]}")


def test_a_passing_answer_is_for_another_time(mailbox: Mailbox) -> None:
    mailbox.fail(ANNA, times=1)
    assert send(settings(mailbox), ("email", ANNA)).whats == ["Unreachable"]
    assert send(settings(mailbox), ("email", ANNA)).whats == ["sent"]


def test_a_server_that_is_away_is_for_another_time(mailbox: Mailbox) -> None:
    told = settings(mailbox) | {"SMTP_PORT": "1"}
    assert send(told, ("email", ANNA)).whats == ["Unreachable"]


def test_a_server_that_is_slow_is_not_waited_for(mailbox: Mailbox) -> None:
    mailbox.slow()
    sent = send(settings(mailbox, NOTICE_SEND_WITHIN_S="0.5"), ("email", ANNA))
    assert (sent.only.what, sent.only.told) == ("Unreachable", "no answer within 0.5 s")
    assert sent.only.took_s < 5


def test_waiting_for_a_connection_is_in_the_time_too(mailbox: Mailbox) -> None:
    mailbox.slow()
    told = settings(mailbox, NOTICE_SEND_WITHIN_S="0.5", SMTP_CONNECTIONS="1")
    sent = send(told, *[("email", ANNA)] * 5)
    assert set(sent.whats) == {"Unreachable"}
    assert sent.took_s < 5


@pytest.mark.parametrize(
    "address", ["", "anna", "a@b@c", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example"]
)
def test_what_is_no_address_is_refused(mailbox: Mailbox, address: str) -> None:
    assert send(settings(mailbox), ("email", address)).whats == ["Refused"]
    assert mailbox.received == []


def test_two_hundred_at_once_share_eight_connections(mailbox: Mailbox) -> None:
    people = [("email", f"person{number}@team.example") for number in range(MANY)]
    sent = send(settings(mailbox), *people, rounds=2)
    assert set(sent.whats) == {"sent"}
    assert len(mailbox.received) == 2 * MANY
    assert mailbox.connections <= 10  # eight, and those by which the server tries itself out
    assert sent.took_s < 5


def test_a_connection_that_has_died_is_replaced(mailbox: Mailbox) -> None:
    mailbox.hang_up_after_each = True
    sent = send(settings(mailbox, SMTP_CONNECTIONS="1"), ("email", ANNA), ("email", ANNA))
    assert sent.whats == ["sent", "sent"]


@pytest.mark.parametrize(("security", "is_implicit"), [("starttls", False), ("tls", True)])
def test_mail_is_encrypted_and_signed_in(tmp_path: Path, security: str, is_implicit: bool) -> None:
    context, trusted = certificate(tmp_path)
    password = tmp_path / "password"
    password.write_text("not a real one\n")
    with Mailbox(tls=context, is_implicit=is_implicit, password="not a real one") as mailbox:
        told = settings(
            mailbox,
            SMTP_SECURITY=security,
            SMTP_USER="casework",
            SMTP_PASSWORD_FILE=str(password),
        )
        trusting = told | {"SSL_CERT_FILE": str(trusted)}
        assert send(trusting, ("email", ANNA)).whats == ["sent"]
        assert send(told, ("email", ANNA)).whats == ["Unreachable"]
        password.write_text("another\n")
        assert send(trusting, ("email", ANNA)).whats == ["Refused"]
        assert len(mailbox.received) == 1


def test_a_server_without_starttls_gets_nothing(mailbox: Mailbox) -> None:
    sent = send(settings(mailbox, SMTP_SECURITY="starttls"), ("email", ANNA))
    assert sent.whats == ["Refused"]
    assert mailbox.received == []


def test_nothing_that_is_logged_names_an_address(mailbox: Mailbox) -> None:
    mailbox.refuse(ANNA)
    sent = send(settings(mailbox), ("email", ANNA))
    assert "not_sent" in sent.log
    assert "anna" not in sent.log
