"""From codes to the text of a notice: nothing else comes in, so nothing else can come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_date
from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from services.contracts.dash import CUES, GROUNDS
from services.contracts.vocabulary import ALERT_KINDS, IDENTIFIER
from services.notifications.channels import words
from services.notifications.channels.gsm import ONE_SMS, length, spelled
from services.notifications.channels.protocol import Message

WHATS = tuple(dict.fromkeys(what for what, _ in words.WORDINGS))
DATES = {"en": "en_GB"}
STAGES = ("first", "reminder", "escalated")
REFERENCE = validate.Regexp(r"A-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\Z")
LINK = validate.Regexp(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/(inbox|a/[A-Za-z0-9_-]{40})\Z")


class NotCoded(ValueError):
    """What a notice is to be made of is not all codes; the message names the fields only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What somebody is to be told.

    `id` is that of the notice, `link` where she answers. `stage` is of alerts alone: the first
    notice, a reminder, or the first to somebody whom the alert has come to by its escalation.
    `references` are those of a digest, whose `reference` is empty, as is that of a test. `at` is
    when the alert was raised.
    """

    id: str
    link: str
    locale: str
    what: str
    stage: str | None = None
    reference: str | None = None
    references: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()
    worsened: bool = False
    at: datetime | None = None
    time_zone: str = "Europe/London"


class NoticeSchema(Schema):
    """Closed sets, references and times: the whole of what can be in a notice."""

    class Meta:
        """Refuse what is not named here."""

        unknown = RAISE

    id = fields.String(required=True, validate=IDENTIFIER)
    link = fields.String(required=True, validate=LINK)
    locale = fields.String(required=True, validate=validate.OneOf(words.LANGUAGES))
    what = fields.String(required=True, validate=validate.OneOf(WHATS))
    stage = fields.String(allow_none=True, validate=validate.OneOf(STAGES))
    reference = fields.String(allow_none=True, validate=REFERENCE)
    references = fields.List(fields.String(validate=REFERENCE))
    grounds = fields.List(fields.String(validate=validate.OneOf(GROUNDS)))
    cues = fields.List(fields.String(validate=validate.OneOf(CUES)))
    worsened = fields.Boolean(truthy={True}, falsy={False})
    at = fields.AwareDateTime(allow_none=True)
    time_zone = fields.String(validate=validate.OneOf(available_timezones()))

    @validates_schema(skip_on_field_errors=True)
    def is_one_that_there_is(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a stage without an alert, and an alert without its reference."""
        if (data["what"], data.get("stage")) not in words.WORDINGS:
            raise ValidationError("not of this kind of notice", "stage")
        needs = data["what"] in ALERT_KINDS
        if needs != (data.get("reference") is not None):
            raise ValidationError("not of this kind of notice", "reference")


SCHEMA = NoticeSchema()


def message(notice: Notice) -> Message:
    """Return the text of a notice; `short` fits one SMS of 160 characters in GSM 03.38.

    Raises:
        NotCoded: something in the notice is no code.

    """
    _check(notice)
    written = _Written(notice)
    return Message(
        id=notice.id,
        subject=written.subject,
        body="\n\n".join(written.paragraphs()) + "\n",
        short=written.short(),
        link=notice.link,
    )


def plain(notice: Notice) -> Notice:
    """Return what can be written of a notice whatever else is in it: what it is, and the link."""
    language = notice.locale[:2].lower()
    return Notice(
        id=notice.id,
        link=notice.link,
        locale=language if language in words.LANGUAGES else "en",
        what=notice.what,
        stage=notice.stage,
        reference=notice.reference,
        references=notice.references,
    )


def _check(notice: Notice) -> None:
    told = asdict(notice)
    if isinstance(notice.at, datetime):
        told["at"] = notice.at.isoformat()
    faults = SCHEMA.validate(told)
    if faults:
        raise NotCoded(f"not coded: {', '.join(sorted(map(str, faults)))}")


class _Written:
    """One notice in its language."""

    def __init__(self, notice: Notice) -> None:
        self._notice = notice
        self._say: Callable[[str], str] = words.catalogue(notice.locale).gettext
        self._wording = words.WORDINGS[notice.what, notice.stage]
        self.link = notice.link

    @property
    def subject(self) -> str:
        gaps = {"reference": self._notice.reference, "count": len(self._notice.references)}
        return self._say(self._wording.subject) % gaps

    def paragraphs(self) -> Iterator[str]:
        """Yield what the text says: what it is, what to do, why, since when."""
        lead = self._say(self._wording.lead)
        yield f"{lead} {self._say(words.WORSE)}" if self._notice.worsened else lead
        yield f"{self._say(self._wording.ask)}\n{self.link}"
        if facts := "\n".join([*self._notice.references, *self._facts()]):
            yield facts
        yield self._say(words.DISCREET)

    def short(self) -> str:
        """Return as much as fits an SMS; what is dropped first comes first after the subject."""
        worse = self._say(words.WORSE_SHORTLY) if self._notice.worsened else ""
        cues = f"{self._cues()}." if self._notice.cues else ""
        ask = self._say(self._wording.ask_shortly)
        asked = ((worse, cues, ask), (worse, ask), (ask,), ())
        texts = (" ".join(filter(None, (f"{self.subject}.", *said, self.link))) for said in asked)
        return next(text for text in map(spelled, texts) if length(text) <= ONE_SMS)

    def _facts(self) -> Iterator[str]:
        notice = self._notice
        if notice.grounds:
            yield self._say(words.WHY) % {"reasons": self._named(words.GROUND, notice.grounds)}
        if notice.cues:
            yield self._say(words.NAMED) % {"cues": self._cues()}
        if notice.at is not None:
            yield self._say(words.RAISED) % {"time": self._time(notice.at)}

    def _cues(self) -> str:
        return self._named(words.CUE, self._notice.cues)

    def _named(self, labels: dict[str, str], codes: tuple[str, ...]) -> str:
        return "; ".join(self._say(labels[code]) for code in codes)

    def _time(self, at: datetime) -> str:
        here = at.astimezone(ZoneInfo(self._notice.time_zone))
        locale = DATES.get(self._notice.locale, self._notice.locale)
        return f"{format_date(here, 'long', locale)}, {here:%H:%M}"
