"""What holds for every channel: an end in time, and no error that names an address."""

from __future__ import annotations

from services.chassis.deadline import TimeIsUp, within
from services.notifications.channels.protocol import Message, Refused, Sender, Unreachable


class Guarded:
    """A channel that ends within `within_s` seconds, and raises nothing but what the protocol has.

    The errors of libraries quote addresses and answers, so only their type is told on.
    """

    def __init__(self, sender: Sender, within_s: float) -> None:
        self._sender, self._within_s = sender, within_s

    def send(self, address: str, message: Message) -> str | None:
        """Hand a message over by the channel inside.

        Raises:
            Unreachable: time is up, or the channel broke.
            Refused: as the channel inside says.

        """
        try:
            with within(self._within_s):
                return self._sender.send(address, message)
        except (Refused, Unreachable):
            raise
        except TimeIsUp:
            raise Unreachable(f"no answer within {self._within_s:g} s") from None
        except Exception as error:
            raise Unreachable(f"broken off by {type(error).__name__}") from None
