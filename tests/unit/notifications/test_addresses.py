"""Addresses of each channel: kept in one form, refused with a sentence that says what is right."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from services.notifications.domain.addresses import tidy
from services.notifications.domain.errors import BadAddress
from services.notifications.domain.responders import Channel


def in_base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


POINT, SECRET = in_base64(b"\x04" + b"p" * 64), in_base64(b"a" * 16)


def subscription(**changes: Any) -> str:
    told = {"endpoint": "https://push.example/x", "keys": {"p256dh": POINT, "auth": SECRET}}
    return json.dumps({**told, "expirationTime": None, **changes})


@pytest.mark.parametrize(
    ("channel", "written", "kept"),
    [
        (Channel.EMAIL, " ana@example.org ", "ana@example.org"),
        (Channel.EMAIL, "a.n+duty@mail.example.co.uk", "a.n+duty@mail.example.co.uk"),
        (Channel.SMS, "+44 (7700) 900-123", "+447700900123"),
        (Channel.SMS, "+40700000000", "+40700000000"),
        (Channel.CHAT, "@duty_team", "@duty_team"),
        (Channel.CHAT, "!room:chat.example", "!room:chat.example"),
        (Channel.WEBHOOK, "https://hooks.example:8443/a?b=c", "https://hooks.example:8443/a?b=c"),
    ],
)
def test_an_address_is_kept_in_one_form(channel: Channel, written: str, kept: str) -> None:
    assert tidy(channel, written) == kept
    assert tidy(channel, kept) == kept


@pytest.mark.parametrize(
    ("channel", "written"),
    [
        *[
            (Channel.EMAIL, text)
            for text in (
                "",
                "ana",
                "ana@example",
                "ana@-x.org",
                "a\nBcc: x@y.zz@example.org",
                "a@b.org,c@d.org",
                f"{'a' * 64}@{'b.' * 100}org",
            )
        ],
        *[
            (Channel.SMS, text)
            for text in ("07700 900123", "+0770", "+44 7700", "+4477009001234567", "+44x")
        ],
        *[(Channel.CHAT, text) for text in ("", "a b", "a\nb", "x" * 129)],
        *[
            (Channel.WEBHOOK, text)
            for text in (
                "http://hooks.example/",
                "https:///x",
                "https://user:word@hooks.example/",
                "https://@hooks.example/",
                "https://hooks.example/#x",
                "https://hooks.example:port/",
                "https://hooks.example/a b",
                "https://[::1/",
                "file:///etc/hosts",
                "https://h.example/" + "x" * 2000,
            )
        ],
        *[
            (Channel.PUSH, text)
            for text in (
                "",
                "[]",
                "[" * 3000,
                "https://push.example/x",
                subscription(endpoint="http://push.example/x"),
                subscription(endpoint=7),
                subscription(keys=None),
                subscription(keys={"auth": SECRET}),
                subscription(keys={"p256dh": in_base64(b"\x02" + b"p" * 64), "auth": SECRET}),
                subscription(keys={"p256dh": POINT, "auth": in_base64(b"short")}),
                subscription(keys={"p256dh": "é", "auth": SECRET}),
            )
        ],
        (Channel.INBOX, "inbox"),
    ],
)
def test_what_a_channel_cannot_reach_is_refused_with_a_sentence(
    channel: Channel, written: str
) -> None:
    with pytest.raises(BadAddress) as refused:
        tidy(channel, written)
    assert str(refused.value).endswith(".")


def test_of_a_subscription_only_what_is_needed_is_kept() -> None:
    kept = tidy(Channel.PUSH, subscription(more="x"))
    assert json.loads(kept) == {
        "endpoint": "https://push.example/x",
        "keys": {"auth": SECRET, "p256dh": POINT},
    }
    assert tidy(Channel.PUSH, kept) == kept
