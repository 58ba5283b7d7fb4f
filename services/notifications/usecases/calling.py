"""Calling people: from an alert that asks for somebody to the notices that are to be sent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.notifications.domain.course import State
from services.notifications.domain.errors import TestedJustNow
from services.notifications.domain.escalation import Kind
from services.notifications.domain.model import Alert
from services.notifications.domain.notices import Notice, Stage, planned, tests
from services.notifications.domain.responders import Channel, Responder
from services.notifications.usecases import alerting


class NoticesMade(Protocol):
    """Where notices are kept before anything is sent."""

    def make(self, planned: Iterable[Notice]) -> Iterator[Notice]:
        """Keep new notices, and yield each that was not there already as soon as it is kept."""

    def missing(self, planned: Iterable[Notice]) -> list[Notice]:
        """Return those that are not there yet."""

    def have_been_tried(self, planned: Iterable[Notice], at: datetime) -> bool:
        """Tell whether none of some notices waits for its first answer any more."""


class People(Protocol):
    """Who can be told, as last read."""

    def of_role(self, role: str, area: str) -> list[Responder]:
        """Return everybody active with a role who sees an area."""

    def of_ids(self, ids: Iterable[str]) -> list[Responder]:
        """Return the active ones of some people."""

    def everybody(self) -> list[Responder]:
        """Return everybody active."""


Bundle = tuple[Notice, ...]
"""Notices that go to one address as one message; of high risk each goes alone."""


def call_on_trial(
    notices: NoticesMade,
    people: Iterable[Responder],
    id_of: Callable[..., str],
    mark: Callable[[str], str],
    *,
    at: datetime,
) -> list[Notice]:
    """Make a test notice for each address of some people; see `notices.tests` for how often.

    Raises:
        TestedJustNow: each of the addresses has one already.

    """
    planned = [notice for person in people for notice in tests(person, id_of, mark, at=at)]
    made = list(notices.make(planned))
    if planned and not made:
        raise TestedJustNow
    return made


@dataclass(frozen=True, slots=True)
class Switchboard:
    """Who calls people: with what is kept, who is known, and by which channels it can be done."""

    notices: NoticesMade
    alerts: alerting.Alerts
    people: People
    channels: Collection[Channel]
    duty_of: alerting.DutyOf
    id_of: Callable[..., str]
    now: Callable[[], datetime]

    def callees(self, alert: Alert) -> list[Responder]:
        """Return everybody whom an alert calls, each once: by role in its area, and by account."""
        audience, people = alert.audience, self.people
        found = [one for role in audience.roles for one in people.of_role(role, alert.area)]
        found += [one for one in people.of_ids(audience.account_ids) if one.covers(alert.area)]
        return list({one.id: one for one in found}.values())

    def place(
        self, alert: Alert, callees: Sequence[Responder], *, is_first: bool
    ) -> Iterator[Bundle]:
        """Make the notices of the latest call of an alert; yield what is to be sent at once.

        `is_first` spares the look for notices that are there already; otherwise only missing ones
        are made, for whoever saved the alert may have ended before it had made them all.
        """
        wanted = self._planned(alert, callees, self.now())
        made = self.notices.make(wanted if is_first else self.notices.missing(wanted))
        return ((notice,) for notice in made if notice.stage is Stage.SENDING)

    def reaches_any(self, people: Iterable[Responder]) -> bool:
        """Tell whether any of some people can be reached; without any channel all count so."""
        return not self.channels or any(map(self._reaches, people))

    def call_next_rung(self, alert: Alert) -> None:
        """Have an alert of high risk call the next rung, as its latest call has found nobody.

        While nobody at all can be reached the ladder keeps its pace.
        """
        is_urgent = alert.kind is Kind.HIGH_RISK
        if is_urgent and alert.call and any(map(self._reaches, self.people.everybody())):
            number, at = alert.call.number, self.now()
            alerting.find_nobody(self.alerts, alert.id, number, duty_of=self.duty_of, at=at)

    def pass_on(self, alert: Alert) -> None:
        """Have an alert call the next rung where its latest call reached nobody, and none knew.

        Who was to tell the last failure has ended, or an address has gone before it was tried.
        """
        if alert.kind is Kind.HIGH_RISK and self.reached_nobody(alert):
            self.call_next_rung(alert)

    def reached_nobody(self, alert: Alert) -> bool:
        """Tell whether each address of the latest call was tried in vain, and a rung is left.

        Nobody is waited for who has no notice by then: she came after the call, or it was lost.
        """
        if alert.state is not State.RAISED or alert.level == alert.policy.top:
            return False
        called_at = alert.call.at if alert.call else alert.since
        wanted = self._planned(alert, self.callees(alert), called_at)
        return self.notices.have_been_tried(wanted, self.now())

    def _planned(self, alert: Alert, callees: Sequence[Responder], at: datetime) -> list[Notice]:
        return planned(alert, callees, self.channels, self.id_of, at=at)

    def _reaches(self, person: Responder) -> bool:
        return any(method.channel in self.channels for method in person.methods)
