"""A notice: one call of an alert to one person by one channel, until it is sent or given up.

    waiting → sending → sent
       ↑         ↓ ↑         what failed waits for another try; after the last it has failed
       └─────  late          the provider has not answered in time: others are told meanwhile

It is cancelled when its call has been answered, or a later call has taken its place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.notifications.domain.escalation import Kind
from services.notifications.domain.record import Record
from services.notifications.domain.responders import Channel, Responder

ANSWER_WITHIN = timedelta(seconds=5)
GIVES_UP_AFTER = timedelta(seconds=7)
WAITS = (2, 10, 30, 60, 300)
FIRST, TEST = "raised", "test"
TESTED_EVERY = timedelta(minutes=5)

Decision = tuple["Notice", Sequence[object]]


class Stage(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    SENDING = "sending"
    LATE = "late"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice; `due_at` is when somebody looks at it again, None when it is over.

    `purpose` is the reason of its call, or `test`; `alert_id` is None for a test. `fault` is a code
    of what went wrong last. `is_repeat`: the alert had said the same on the same level before.
    `caused_at`, of the first call of an alert: when the platform accepted what led to it.
    """

    id: str
    alert_id: str | None
    alert_reference: str | None
    area: str
    kind: str
    call: int
    purpose: str
    level: int
    person_id: str
    method_id: str
    channel: Channel
    made_at: datetime
    due_at: datetime | None
    is_repeat: bool = False
    caused_at: datetime | None = None
    stage: Stage = Stage.WAITING
    attempts: int = 0
    sent_at: datetime | None = None
    fault: str | None = None
    provider_id: str | None = None
    answered_at: datetime | None = None

    @property
    def reference(self) -> str:
        """Return the reference of its alert; a test has none."""
        return self.alert_reference or ""

    @property
    def case_id(self) -> str:
        """Return nothing: a notice knows its alert, not the case."""
        return ""

    @property
    def is_over(self) -> bool:
        """Tell whether nobody will look at it again."""
        return self.due_at is None

    @property
    def is_urgent(self) -> bool:
        """Tell whether it ignores all preferences, and whether its failure calls others."""
        return self.kind == Kind.HIGH_RISK.value

    def sent(self, provider_id: str | None, *, at: datetime) -> Decision:
        """Note that the provider took it."""
        if self.stage is Stage.SENT:
            return self, ()
        done = replace(self, stage=Stage.SENT, sent_at=at, provider_id=provider_id, fault=None)
        return replace(done, due_at=None, attempts=self.attempts + 1), ()

    def failed(self, fault: str, *, for_good: bool, at: datetime) -> Decision:
        """Note that it was not sent; it is tried again after a wait, unless that cannot help."""
        if self.is_over:
            return self, ()
        tried = replace(self, attempts=self.attempts + 1, fault=fault)
        if for_good or self.attempts >= len(WAITS):
            return replace(tried, stage=Stage.FAILED, due_at=None), ()
        wait = timedelta(seconds=WAITS[self.attempts])
        return replace(tried, stage=Stage.WAITING, due_at=at + wait), ()

    def held(self, until: datetime) -> Decision:
        """Keep what is no first notice of high risk until its address may be used again."""
        return replace(self, stage=Stage.WAITING, due_at=until), ()

    def cancelled(self) -> Decision:
        """Note that nobody needs it any more."""
        if self.is_over:
            return self, ()
        return replace(self, stage=Stage.CANCELLED, due_at=None), ()

    def answered(self, *, at: datetime) -> Decision:
        """Note that its link has been used."""
        return replace(self, answered_at=self.answered_at or at, due_at=None), ()

    def taken(self, *, at: datetime) -> Decision:
        """Take a notice that is due, so that nobody else does for a while.

        One that is being sent and was not answered is late at first; it is sent again when its
        provider, which gives up by then, can no longer send it as well.
        """
        if self.due_at is None or self.due_at > at:
            return self, ()
        if self.stage is Stage.SENDING:
            return replace(self, stage=Stage.LATE, due_at=at + GIVES_UP_AFTER), ()
        if self.stage is Stage.WAITING:
            return replace(self, stage=Stage.SENDING, due_at=at + ANSWER_WITHIN), ()
        again, _ = self.failed("no_answer", for_good=False, at=at)
        return again, ()


def tests(
    person: Responder, id_of: Callable[..., str], mark: Callable[[str], str], *, at: datetime
) -> list[Notice]:
    """Return a test notice for each address of a person, due at once.

    Those of one address within the same `TESTED_EVERY` are one and the same notice, so that no
    address is flooded, and no provider paid, by who presses a button again and again. An address
    that was mended is another one, by its `mark`.
    """
    span = int(at.timestamp() // TESTED_EVERY.total_seconds())
    return [
        Notice(
            id=id_of("test", person.id, method.channel.value, mark(method.address), str(span)),
            alert_id=None,
            alert_reference=None,
            area="",
            kind=TEST,
            call=0,
            purpose=TEST,
            level=0,
            person_id=person.id,
            method_id=method.id,
            channel=method.channel,
            made_at=at,
            due_at=at,
        )
        for method in person.methods
    ]


def planned(
    alert: Record,
    people: Iterable[Responder],
    channels: Collection[Channel],
    id_of: Callable[..., str],
    *,
    at: datetime,
) -> list[Notice]:
    """Return a notice for each address of each person, for the latest call of an alert.

    Addresses by channels that this installation does not have are passed over.

    High risk goes to every address at once; other matters as each person prefers.
    """
    return [
        _notice(alert, person, method.id, method.channel, due_at, id_of, at)
        for person in people
        for due_at in _when(alert, person, at)
        for method in person.methods
        if method.channel in channels
    ]


def _when(alert: Record, person: Responder, at: datetime) -> Sequence[datetime]:
    """Return the one moment at which a person wants to be told, or none."""
    if alert.kind is Kind.HIGH_RISK:
        return (at,)
    wanted = person.preferences.send_at(at.astimezone(_zone(person.time_zone)))
    return () if wanted is None else (wanted.astimezone(at.tzinfo),)


def _zone(name: str) -> ZoneInfo:
    """Return a time zone; one that is not known here must not keep a call from anybody."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def _notice(
    alert: Record,
    person: Responder,
    method_id: str,
    channel: Channel,
    due_at: datetime,
    id_of: Callable[..., str],
    at: datetime,
) -> Notice:
    call = alert.call
    number, purpose = (call.number, call.reason) if call else (0, FIRST)
    is_now = due_at <= at
    return Notice(
        id=id_of("notice", alert.id, str(number), person.id, method_id),
        alert_id=alert.id,
        alert_reference=alert.reference,
        area=alert.area,
        kind=alert.kind.value,
        call=number,
        purpose=purpose,
        level=alert.level,
        person_id=person.id,
        method_id=method_id,
        channel=channel,
        made_at=at,
        is_repeat=alert.is_repeating,
        caused_at=alert.source_at if purpose == FIRST else None,
        stage=Stage.SENDING if is_now else Stage.WAITING,
        due_at=at + ANSWER_WITHIN if is_now else due_at,
    )
