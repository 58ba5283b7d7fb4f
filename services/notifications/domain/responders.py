"""Who can be told, and how: contact methods and preferences of the people on duty.

Addresses are of staff, never of a client; they are sealed where they are stored and go nowhere but
to the provider of their channel.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum


class Channel(StrEnum):
    """A way to reach a person; the inbox is told by the portal, the others by this service."""

    INBOX = "inbox"
    EMAIL = "email"
    SMS = "sms"
    CHAT = "chat"
    WEBHOOK = "webhook"
    PUSH = "push"


class Medium(StrEnum):
    """When a person wants to be told of what is not high risk, besides in her inbox."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Method:
    """One address of a person by one channel; `id` is random and stays when the address changes."""

    id: str
    channel: Channel
    address: str


@dataclass(frozen=True, slots=True)
class Preferences:
    """What she wants for all but high risk, which ignores it; times are of her own time zone.

    Between `quiet_from` and `quiet_until` nothing is sent (equal: no quiet hours); what waits goes
    out with the digest at `digest_at`, or at the end of the quiet hours.
    """

    medium: Medium = Medium.AT_ONCE
    digest_at: time = time(8)
    quiet_from: time = time(20)
    quiet_until: time = time(8)

    def send_at(self, now: datetime) -> datetime | None:
        """Return when what is told now of no high risk is sent, all in local time; None: never."""
        if self.medium is Medium.NEVER:
            return None
        if self.medium is Medium.DIGEST:
            return _next(self.digest_at, now)
        return _next(self.quiet_until, now) if self._is_quiet(now.time()) else now

    def _is_quiet(self, moment: time) -> bool:
        begins, ends = self.quiet_from, self.quiet_until
        if begins <= ends:
            return begins <= moment < ends
        return moment >= begins or moment < ends


def _next(moment: time, now: datetime) -> datetime:
    """Return the next time at which the clock shows this, later than now."""
    today = now.replace(hour=moment.hour, minute=moment.minute, second=0, microsecond=0, fold=0)
    return today if today > now else today + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """Somebody who may be told of alerts; `id` is her account's."""

    id: str
    display_name: str
    role: str
    areas: tuple[str, ...]
    locale: str = "en"
    time_zone: str = "Europe/London"
    is_active: bool = True
    methods: tuple[Method, ...] = ()
    preferences: Preferences = field(default_factory=Preferences)

    def covers(self, area: str) -> bool:
        """May she see what belongs to this area?"""
        return self.is_active and ("*" in self.areas or area in self.areas)
