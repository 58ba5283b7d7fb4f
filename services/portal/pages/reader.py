"""How a page writes days, times and ages for the one who reads it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.units import format_unit
from starlette.requests import Request

from services.portal.pages.areas import zone_of
from services.portal.pages.languages import language_of

_UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60))


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
        """Write a moment (ISO) as day of the week, day and time in her zone."""
        return self._weekday(value)

    def at(self, value: str) -> str:
        """Write a moment (ISO) of today as its time alone, any other as `when` does."""
        is_today = self._local(value).date() == self._now().date()
        return self.clock(value) if is_today else self.when(value)

    def shift(self, begins: str, ends: str) -> str:
        """Write from when until when somebody is on duty, with the days of the week."""
        return f"{self._weekday(begins)} – {self._weekday(ends)}"  # noqa: RUF001 - a span, as print has it

    def age(self, value: str) -> str:
        """Write how long ago a moment was, or how far ahead it lies, such as `3 minutes ago`."""
        delta = datetime.fromisoformat(value) - datetime.now(UTC)
        return format_timedelta(delta, add_direction=True, threshold=1.2, locale=self._custom)

    def about(self, seconds: float) -> str:
        """Write roughly how long something took, such as `4 minutes`."""
        return format_timedelta(timedelta(seconds=seconds), threshold=1.5, locale=self._custom)

    def lasting(self, seconds: float) -> str:
        """Write exactly how long something lasts, in the largest unit that measures it whole."""
        whole = (each for each in _UNITS if seconds >= each[1] and not seconds % each[1])
        unit, length = next(whole, ("second", 1))
        return str(format_unit(seconds / length, f"duration-{unit}", locale=self._custom))

    def _weekday(self, value: str) -> str:
        """Write day and time so that no line breaks within; the year where it is another one."""
        at = self._local(value)
        shape = "MMMEd" if at.year == self._now().year else "yMMMEd"
        day = format_skeleton(shape, at, locale=self._custom)
        return f"{day}, {self.clock(value)}".replace(" ", "\N{NO-BREAK SPACE}")

    def _now(self) -> datetime:
        return datetime.now(ZoneInfo(self.zone))

    def _local(self, value: str) -> datetime:
        return datetime.fromisoformat(value).astimezone(ZoneInfo(self.zone))


def reader_of(request: Request) -> Reader:
    """Return who reads the answer to this request: whom the page names, else who is signed in."""
    named = getattr(request.state, "reader", None)
    if isinstance(named, Reader):
        return named
    person = getattr(request.state, "person", None)
    language = language_of(request)
    own = getattr(person, "time_zone", None)
    return Reader(language, own or zone_of(getattr(person, "areas", ()), language))
