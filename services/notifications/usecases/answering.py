"""Answering by the link in a message: read what it is about, then take the alert on.

Opening the link changes nothing, for scanners of mail open it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.notifications.domain.errors import LinkOver
from services.notifications.domain.model import Alert
from services.notifications.domain.notices import Decision, Notice
from services.notifications.domain.responders import Responder
from services.notifications.usecases import alerting


class Notices(Protocol):
    """Where notices are kept."""

    def load(self, key: str) -> Notice:
        """Return a notice by its id."""

    def change(self, key: str, decide: Callable[[Notice], Decision]) -> Notice:
        """Load a notice, decide, and save what was decided."""


class People(Protocol):
    """Who can be told."""

    def of_ids(self, ids: Iterable[str]) -> list[Responder]:
        """Return the active ones of some people."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link shows: to whom it was sent, and the alert; a test has none."""

    notice: Notice
    person: Responder
    alert: Alert | None

    @property
    def is_over(self) -> bool:
        """Tell whether a later call has taken the place of this one, or the alert has ended."""
        alert, call = self.alert, self.notice.call
        if alert is None:
            return False
        return not alert.is_open or alert.call is None or alert.call.number != call

    @property
    def is_hers(self) -> bool:
        """Tell whether she has taken the alert on."""
        return self.alert is not None and self.alert.responder_id == self.person.id


def open_link(notices: Notices, alerts: alerting.Alerts, people: People, notice_id: str) -> Opened:
    """Return what a link shows, and change nothing.

    Raises:
        LinkOver: the person may not see the alert any more.

    """
    notice = notices.load(notice_id)
    alert = None if notice.alert_id is None else alerts.load(notice.alert_id)
    person = next(iter(people.of_ids([notice.person_id])), None)
    if person is None or (alert is not None and not person.covers(alert.area)):
        raise LinkOver
    return Opened(notice, person, alert)


def answer(
    notices: Notices, alerts: alerting.Alerts, people: People, notice_id: str, *, at: datetime
) -> Opened:
    """Take the alert of a link on, in the name of the person to whom it was sent.

    Doing so again changes nothing. A test is only noted as answered.

    Raises:
        LinkOver: a later call has taken its place, or the person may not see the alert any more.
        AlertAlreadyAcknowledged: somebody else has it.
        AlertAlreadyResolved: it has ended.

    """
    opened = open_link(notices, alerts, people, notice_id)
    taken = opened.alert
    if taken is not None and not opened.is_hers:
        if opened.is_over and taken.is_open:
            raise LinkOver
        taken = alerting.acknowledge_alert(alerts, taken.id, by=opened.person.id, at=at)
    noted = notices.change(notice_id, lambda known: known.answered(at=at))
    return Opened(noted, opened.person, taken)
