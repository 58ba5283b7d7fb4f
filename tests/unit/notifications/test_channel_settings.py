"""Which channels there are, by the environment; and what is refused at the start."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64decode
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from services.chassis.settings import BadSettings
from services.notifications.channels.registry import read_channels, read_push_key
from services.notifications.domain.responders import Channel

SMTP = {"SMTP_HOST": "mail.example", "MAIL_FROM": "alerts@casework.example"}
SECRET = f"whsec_{b64encode(b'a secret of thirty-two octets...').decode()}"
NONE_SET = (
    "SMTP_HOST",
    "NOTIFY_API_KEY_FILE",
    "PROVIDERS_FILE",
    "WEBHOOKS_FILE",
    "VAPID_PRIVATE_KEY_FILE",
)


class Told:
    """An environment for one test, and files that it names."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self._monkeypatch, self._folder = monkeypatch, folder
        for name in NONE_SET:
            monkeypatch.delenv(name, raising=False)

    def set(self, **settings: str) -> None:
        for name, value in settings.items():
            self._monkeypatch.setenv(name, value)

    def file(self, content: Any) -> str:
        path = self._folder / f"file-{len(list(self._folder.iterdir()))}"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    def channels(self) -> set[Channel]:
        return set(read_channels())


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Told:
    return Told(monkeypatch, tmp_path)


def api_key() -> str:
    return f"name-{UUID(int=1)}-{UUID(int=2)}"


def vapid_key() -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    form = serialization.PrivateFormat.PKCS8
    octets = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return octets.decode()


def test_what_has_no_settings_is_not_there(told: Told) -> None:
    assert told.channels() == set()


def test_what_has_its_settings_is_there(told: Told) -> None:
    told.set(**SMTP)
    assert told.channels() == {Channel.EMAIL}
    told.set(WEBHOOKS_FILE=told.file({"https://a.example/hook": SECRET}))
    assert told.channels() == {Channel.EMAIL, Channel.WEBHOOK}
    providers = {"sms": "smseagle://token@a.example/{to}", "chat": {"x": "json://a.example/{to}"}}
    told.set(PROVIDERS_FILE=told.file(providers))
    told.set(VAPID_PRIVATE_KEY_FILE=told.file(vapid_key()), VAPID_SUBJECT="mailto:a@b.example")
    assert told.channels() == set(Channel) - {Channel.INBOX}


def test_browsers_are_told_a_point_of_the_curve(told: Told) -> None:
    assert read_push_key() is None
    told.set(VAPID_PRIVATE_KEY_FILE=told.file(vapid_key()), VAPID_SUBJECT="mailto:a@b.example")
    point = urlsafe_b64decode(f"{read_push_key()}=")
    assert (len(point), point[0]) == (65, 4)


def test_notify_does_what_it_has_templates_for(told: Told) -> None:
    told.set(NOTIFY_API_KEY_FILE=told.file(api_key()))
    assert told.channels() == set()
    told.set(NOTIFY_SMS_TEMPLATE_ID="1")
    assert told.channels() == {Channel.SMS}
    told.set(NOTIFY_EMAIL_TEMPLATE_ID="2")
    assert told.channels() == {Channel.SMS, Channel.EMAIL}


def test_two_providers_for_one_channel_are_refused(told: Told) -> None:
    told.set(NOTIFY_API_KEY_FILE=told.file(api_key()), NOTIFY_EMAIL_TEMPLATE_ID="1", **SMTP)
    with pytest.raises(BadSettings, match="two providers are set for email"):
        told.channels()


@pytest.mark.parametrize(
    "settings",
    [
        {"SMTP_HOST": "mail.example"},
        SMTP | {"MAIL_FROM": "casework"},
        SMTP | {"SMTP_SECURITY": "perhaps"},
        SMTP | {"SMTP_SECURITY": "none", "SMTP_USER": "casework"},
        SMTP | {"SMTP_CONNECTIONS": "0"},
        SMTP | {"SMTP_PASSWORD_FILE": "/there/is/none"},
        {"NOTICE_SEND_WITHIN_S": "11"},
        {"NOTICE_SEND_WITHIN_S": "0"},
        {"NOTICE_PRIVATE_NETWORKS": "10.0.0.1/8"},
    ],
)
def test_what_would_not_do_is_refused_at_the_start(told: Told, settings: dict[str, str]) -> None:
    told.set(**settings)
    with pytest.raises(BadSettings):
        told.channels()


@pytest.mark.parametrize(
    ("setting", "content"),
    [
        ("PROVIDERS_FILE", {"sms": "smseagle://token@a.example/"}),
        ("PROVIDERS_FILE", {"sms": "nothing-of-that-name://a/{to}"}),
        ("PROVIDERS_FILE", {"chat": "json://a.example/{to}"}),
        ("PROVIDERS_FILE", {"fax": "x://{to}"}),
        ("PROVIDERS_FILE", "[]"),
        ("PROVIDERS_FILE", "no json"),
        ("WEBHOOKS_FILE", {"https://a.example": ""}),
        ("WEBHOOKS_FILE", {"https://a.example": "whsec_!"}),
        ("WEBHOOKS_FILE", {"https://a.example": f"whsec_{b64encode(b'short').decode()}"}),
        ("WEBHOOKS_FILE", {"https://a.example": b64encode(b"token" * 6).decode()}),
        ("VAPID_PRIVATE_KEY_FILE", "no key"),
        ("NOTIFY_API_KEY_FILE", "too short"),
    ],
)
def test_a_file_that_would_not_do_is_refused_without_its_content(
    told: Told, setting: str, content: Any
) -> None:
    told.set(VAPID_SUBJECT="mailto:a@b.example", **{setting: told.file(content)})
    with pytest.raises(BadSettings) as raised:
        told.channels()
    assert setting in str(raised.value)
    assert "token" not in str(raised.value)


def test_a_key_goes_nowhere_but_over_tls(told: Told) -> None:
    told.set(NOTIFY_API_KEY_FILE=told.file(api_key()), NOTIFY_BASE_URL="http://notify.example")
    with pytest.raises(BadSettings):
        told.channels()
