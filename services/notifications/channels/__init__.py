"""The channels by which people are told, behind one protocol, in one registry."""

from services.notifications.channels.protocol import Message, Refused, Sender, Unreachable

__all__ = ["Message", "Refused", "Sender", "Unreachable"]
