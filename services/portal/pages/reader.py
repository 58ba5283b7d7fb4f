"""How a page writes days, times and ages for the one who reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, format_timedelta
from starlette.requests import Request

from services.portal.pages.areas import zone_of
from services.portal.pages.languages import language_of


@dataclass(frozen=True, slots=True)
class Reader:
    """One who reads: her language and the name of her time zone (IANA)."""

    language: str
    zone: str

    @property
    def _custom(self) -> str:
        """Return the locale whose customs dates follow: English is that of Britain."""
        return "en_GB" if self.language == "en" else self.language

    def day(self, value: str) -> str:
        """Write a date (ISO) in full, such as `3 March 1991`."""
        return str(format_date(date.fromisoformat(value[:10]), "long", locale=self._custom))

    def clock(self, value: str, *, seconds: bool = False) -> str:
        """Write the time of day of a moment (ISO), such as `14:05`."""
        shape = "HH:mm:ss" if seconds else "HH:mm"
        return str(format_time(self._local(value), shape, locale=self._custom))

    def when(self, value: str) -> str:
        """Write a moment (ISO) as day and time in her zone."""
        day = format_date(self._local(value), "medium", locale=self._custom)
        return f"{day}, {self.clock(value)}"

    def age(self, value: str) -> str:
        """Write how long ago a moment was, or how far ahead it lies, such as `3 minutes ago`."""
        delta = datetime.fromisoformat(value) - datetime.now(UTC)
        return format_timedelta(delta, add_direction=True, threshold=1.2, locale=self._custom)

    def _local(self, value: str) -> datetime:
        return datetime.fromisoformat(value).astimezone(ZoneInfo(self.zone))


def reader_of(request: Request) -> Reader:
    """Return who reads the answer to this request."""
    person = getattr(request.state, "person", None)
    language = language_of(request)
    own = getattr(person, "time_zone", None)
    return Reader(language, own or zone_of(getattr(person, "areas", ()), language))
