"""What a channel is to whoever sends: one message to one address, done, refused or unreachable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from services.chassis.logs import SafeMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a person is told, in her language, without anything that identifies a client.

    `id` is that of the notice, the same whenever it is tried again, so that a provider can tell a
    repeat; `link` is where she answers; `short` fits one SMS with the link in it.
    """

    id: str
    subject: str
    body: str
    short: str
    link: str


class Unreachable(SafeMessage):
    """The provider did not answer, or not well: trying again may help. The text is for logs."""


class Refused(SafeMessage):
    """The provider refuses this address or this installation: trying again does not help."""


class Sender(Protocol):
    """One channel as it is set up."""

    def send(self, address: str, message: Message) -> str | None:
        """Hand a message over; return what the provider calls it, if anything.

        Returns within ten seconds or raises. Called by many green threads at once.

        Raises:
            Unreachable: not this time.
            Refused: not ever.

        """
