"""SMS and chat by the providers that Apprise speaks to, by templates of the operator."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from urllib.parse import quote

from apprise import Apprise, AppriseAsset, PersistentStoreMode

from services.chassis.settings import BadSettings
from services.notifications.channels.answers import judge
from services.notifications.channels.protocol import Message, Refused, Unreachable
from services.notifications.channels.settings import TO

NUMBER = re.compile(r"\+[1-9][0-9]{6,14}\Z")
ONE_PLACE = re.compile(r"[\w@#!+.:=-]+\Z")
"""One person or room: with a comma or a slash it could become several."""
NOBODY = "+447700900000"
STATUS = re.compile(r"error=(\d{3})\b")


def keep_apprise_quiet() -> None:
    """Let nothing that Apprise logs come out: it quotes addresses and answers."""
    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.handlers = [logging.NullHandler()]


class Sms:
    """SMS by one provider; the address is a number with its country: `+447700900123`."""

    def __init__(self, template: str) -> None:
        self._template = template
        _try_out(template, "sms", NOBODY)

    def send(self, address: str, message: Message) -> str | None:
        """Hand an SMS over.

        Raises:
            Unreachable: the provider is away or has trouble.
            Refused: this is no number, or the provider does not want it.

        """
        if not NUMBER.match(address):
            raise Refused("the address is no number such as +447700900123")
        _notify(_filled(self._template, address), "", message.short)
        return None


class Chat:
    """Chat by providers of which each has a name; the address is `name:address there`."""

    def __init__(self, templates: Mapping[str, str]) -> None:
        self._templates = dict(templates)
        for name, template in templates.items():
            _try_out(template, f"chat {name}", "somebody")

    def send(self, address: str, message: Message) -> str | None:
        """Post a message where she is.

        Raises:
            Unreachable: the provider is away or has trouble.
            Refused: the provider is not ours, or does not want this address.

        """
        name, _, there = address.partition(":")
        template = self._templates.get(name)
        if template is None or not ONE_PLACE.match(there):
            raise Refused("the address names no provider of ours")
        _notify(_filled(template, there), message.subject, message.body)
        return None


def _filled(template: str, address: str) -> str:
    return template.replace(TO, quote(address, safe=""))


def _provider(url: str) -> Apprise:
    """Return the provider that an address names; what it learns is kept in memory only."""
    asset = AppriseAsset(storage_mode=PersistentStoreMode.MEMORY, async_mode=False)
    provider = Apprise(asset=asset)
    if not provider.add(url):
        raise Refused("the provider cannot be spoken to with this address")
    return provider


def _try_out(template: str, name: str, address: str) -> None:
    """Refuse a template at the start, which also loads the code for its provider."""
    keep_apprise_quiet()
    try:
        _provider(_filled(template, address))
    except Refused:
        raise BadSettings(f"PROVIDERS_FILE: Apprise knows no such provider: {name}") from None


def _notify(url: str, title: str, body: str) -> None:
    result = _provider(url).notify(body=body, title=title)
    if result:
        return
    told = [found for entry in result.logs() for found in STATUS.findall(entry.message)]
    if told:
        judge(int(told[-1]))
    raise Unreachable("the provider did not take it")
