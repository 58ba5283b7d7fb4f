"""The channels that this installation has, by what the environment says.

The libraries of providers weigh as much as the service: only those of channels that are set are
read.
"""

from __future__ import annotations

from collections.abc import Mapping

from environs import Env, EnvError

from services.chassis.settings import BadSettings
from services.notifications.channels import settings
from services.notifications.channels.email import Email
from services.notifications.channels.guarded import Guarded
from services.notifications.channels.protocol import Sender
from services.notifications.domain.responders import Channel


def read_channels(env: Env | None = None) -> Mapping[Channel, Sender]:
    """Return each channel that has its settings, ready to send.

    Raises:
        BadSettings: a setting is missing or wrong, or two providers are set for one channel.

    """
    env = env or Env()
    try:
        within_s = settings.read_within(env)
        found = [*_mail(env), *_messages(env), *_to_addresses(env)]
    except EnvError as error:
        raise BadSettings(f"{error}. See deploy/example.env for every setting.") from None
    channels = [channel for channel, _ in found]
    for channel in channels:
        if channels.count(channel) > 1:
            raise BadSettings(f"two providers are set for {channel.value}; leave one out")
    return {channel: Guarded(sender, within_s) for channel, sender in found}


def read_push_key(env: Env | None = None) -> str | None:
    """Return the key with which a browser subscribes, None where notices do not go to browsers.

    Raises:
        BadSettings: as `read_channels`.

    """
    vapid = settings.read_vapid(env or Env())
    if vapid is None:
        return None
    from services.notifications.channels.push import public_key  # noqa: PLC0415 - see above

    return public_key(vapid)


def _mail(env: Env) -> list[tuple[Channel, Sender]]:
    smtp = settings.read_smtp(env)
    return [] if smtp is None else [(Channel.EMAIL, Email(smtp))]


def _messages(env: Env) -> list[tuple[Channel, Sender]]:
    """Return the channels of providers whose addresses an operator has written down."""
    notify, templates = settings.read_notify(env), settings.read_templates(env)
    found = [] if notify is None else _of_notify(notify)
    return found + (_of_templates(templates) if templates.sms or templates.chat else [])


def _of_notify(notify: settings.Notify) -> list[tuple[Channel, Sender]]:
    from services.notifications.channels import notify as ways  # noqa: PLC0415 - see above

    found: list[tuple[Channel, Sender]] = []
    if notify.email_template:
        found.append((Channel.EMAIL, ways.NotifyEmail(notify)))
    if notify.sms_template:
        found.append((Channel.SMS, ways.NotifySms(notify)))
    return found


def _of_templates(templates: settings.Templates) -> list[tuple[Channel, Sender]]:
    from services.notifications.channels import chat_and_sms as ways  # noqa: PLC0415 - see above

    found: list[tuple[Channel, Sender]] = []
    if templates.sms is not None:
        found.append((Channel.SMS, ways.Sms(templates.sms)))
    if templates.chat:
        found.append((Channel.CHAT, ways.Chat(templates.chat)))
    return found


def _to_addresses(env: Env) -> list[tuple[Channel, Sender]]:
    """Return the channels that go wherever an address leads, within bounds."""
    allowed = settings.read_private_networks(env)
    secrets, vapid = settings.read_webhooks(env), settings.read_vapid(env)
    if not (secrets or vapid):
        return []
    from services.notifications.channels.outgoing import Elsewhere  # noqa: PLC0415 - see above

    elsewhere = Elsewhere(allowed)
    found: list[tuple[Channel, Sender]] = []
    if secrets:
        from services.notifications.channels.webhook import Webhook  # noqa: PLC0415 - see above

        found.append((Channel.WEBHOOK, Webhook(secrets, elsewhere)))
    if vapid:
        from services.notifications.channels.push import Push  # noqa: PLC0415 - see above

        found.append((Channel.PUSH, Push(vapid, elsewhere)))
    return found
