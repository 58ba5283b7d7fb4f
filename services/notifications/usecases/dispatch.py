"""Sending notices: what is handed to providers, and what is made of their answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from services.notifications.domain import limits
from services.notifications.domain.course import State
from services.notifications.domain.escalation import Kind
from services.notifications.domain.model import Alert
from services.notifications.domain.notices import Decision, Notice, Stage
from services.notifications.domain.responders import Responder
from services.notifications.usecases import delivering
from services.notifications.usecases.calling import Bundle, Switchboard


class NoticesSent(Protocol):
    """Where is noted what became of notices."""

    def load(self, key: str) -> Notice:
        """Return a notice by its id."""

    def change(self, key: str, decide: Callable[[Notice], Decision]) -> Notice:
        """Load a notice, decide, and save what was decided."""

    def sent_times(self, person_id: str, method_id: str, since: datetime) -> list[datetime]:
        """Return when an address was used since a moment."""


class NotTaken(Exception):
    """The provider did not take it; `for_good` tells that another try cannot help."""

    def __init__(self, fault: str, *, for_good: bool) -> None:
        super().__init__(fault)
        self.fault, self.for_good = fault, for_good


UNREADABLE = NotTaken("unreadable", for_good=False)
ASKED_SOON = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class About:
    """A notice with its alert as it is now; a test has none."""

    notice: Notice
    alert: Alert | None

    @property
    def is_wanted(self) -> bool:
        """Tell whether nobody has answered its call, and no later call has taken its place."""
        return self.alert is None or self.alert.still_makes(self.notice.call)


@dataclass(frozen=True, slots=True)
class Sent:
    """What a provider has taken, when, and what it calls it."""

    about: About
    provider_id: str | None
    at: datetime

    @property
    def notice(self) -> Notice:
        """Return the notice as it was when it was sent."""
        return self.about.notice

    @property
    def may_wait(self) -> bool:
        """Tell whether it does no harm to note it a moment later.

        It does where others go by what is noted: how often an address was used, that no try but
        the first is waited for, that a notice which is nearly due is soon taken for late.
        """
        notice = self.notice
        is_first = notice.is_urgent and not notice.attempts
        return is_first and notice.due_at is not None and self.at < notice.due_at - ASKED_SOON


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of notices: of `done` it is noted, of `sent` it still is to be."""

    done: Sequence[Notice]
    sent: Sequence[Sent] = ()


class Send(Protocol):
    """Hands notices of one person to the provider of their channel, as one message."""

    def __call__(self, about: Sequence[About], person: Responder, address: str) -> str | None:
        """Return what the provider calls the message.

        Raises:
            NotTaken: it did not take it.

        """


def bundled(notices: Iterable[Notice]) -> list[Bundle]:
    """Return what is sent together: of one address all that is not urgent."""
    alone: list[Bundle] = []
    together: dict[tuple[str, str], list[Notice]] = defaultdict(list)
    for notice in notices:
        if notice.is_urgent or notice.alert_id is None:
            alone.append((notice,))
        else:
            together[notice.person_id, notice.method_id].append(notice)
    return [*alone, *map(tuple, together.values())]


@dataclass(frozen=True, slots=True)
class Dispatch:
    """Who hands notices to their providers; what reaches nobody goes back to the switchboard."""

    notices: NoticesSent
    board: Switchboard
    send_out: Send

    def send(self, bundle: Bundle) -> Outcome:
        """Send notices unless their calls have been answered; what fails calls others at once.

        Each alert is read immediately before, so that who has answered is not called any more.
        """
        about, done = self._read(bundle)
        found = self._address(bundle[0])
        wanted = [each for each in about if each.is_wanted and found is not None]
        done += [self._cancel(each.notice) for each in about if each not in wanted]
        if not wanted or found is None:
            return Outcome(done)
        if (until := self._not_before(bundle[0])) > self.board.now():
            return Outcome(done + [self._hold(each.notice, until) for each in wanted])
        try:
            provider_id = self.send_out(wanted, *found)
        except NotTaken as error:
            return Outcome(done + [self._failed(each.notice, error) for each in wanted])
        at = self.board.now()
        return Outcome(done, [Sent(each, provider_id, at) for each in wanted])

    def note(self, sent: Sent) -> Notice:
        """Note that a provider has taken a notice, on its alert too where that makes a difference.

        Others may have been called meanwhile: of them this tells nothing.
        """
        notice, alert = sent.notice, sent.about.alert
        if alert is not None and alert.state is State.RAISED:
            delivering.deliver_call(
                self.board.alerts,
                alert.id,
                notice.call,
                to=notice.person_id,
                channel=notice.channel.value,
                at=sent.at,
            )
        return self.notices.change(
            notice.id, lambda known: known.sent(sent.provider_id, at=sent.at)
        )

    def take_due(self, notice_id: str) -> Notice:
        """Take a notice that is due; where its provider has not answered, others are called."""
        at = self.board.now()
        notice = self.notices.change(notice_id, lambda known: known.taken(at=at))
        if notice.stage is Stage.LATE:
            self._call_others(notice)
        return notice

    def _read(self, bundle: Bundle) -> tuple[list[About], list[Notice]]:
        """Return notices with their alerts, and those that failed since theirs cannot be read."""
        about, failed = [], []
        for notice in filter(self._is_unsent, bundle):
            try:
                about.append(About(notice, self._alert(notice)))
            except Exception:
                # Of several that go together one must not keep the others from being sent.
                if len(bundle) == 1:
                    raise
                failed.append(self._failed(notice, UNREADABLE))
        return about, failed

    def _is_unsent(self, notice: Notice) -> bool:
        """Tell whether a notice still is to be sent: one that waited may have been meanwhile."""
        if not notice.attempts and notice.due_at is not None and self.board.now() < notice.due_at:
            return True
        return self.notices.load(notice.id).stage not in (Stage.SENT, Stage.CANCELLED)

    def _alert(self, notice: Notice) -> Alert | None:
        return None if notice.alert_id is None else self.board.alerts.load(notice.alert_id)

    def _address(self, notice: Notice) -> tuple[Responder, str] | None:
        """Return the person of a notice and her address, None where one of them has gone."""
        addresses = (
            (person, method.address)
            for person in self.board.people.of_ids([notice.person_id])
            for method in person.methods
            if method.id == notice.method_id
        )
        return next(addresses, None)

    def _not_before(self, notice: Notice) -> datetime:
        """Return when an address may be used; a first notice of high risk asks nothing."""
        at, is_first = self.board.now(), not notice.is_repeat
        if notice.alert_id is None or limits.never_waits(Kind(notice.kind), is_first):
            return at
        since = at - limits.LONGEST
        times = self.notices.sent_times(notice.person_id, notice.method_id, since)
        return limits.not_before(times, kind=Kind(notice.kind), is_first_at_level=is_first, at=at)

    def _hold(self, notice: Notice, until: datetime) -> Notice:
        return self.notices.change(notice.id, lambda known: known.held(until))

    def _cancel(self, notice: Notice) -> Notice:
        return self.notices.change(notice.id, lambda known: known.cancelled())

    def _failed(self, notice: Notice, error: NotTaken) -> Notice:
        at = self.board.now()
        failed = self.notices.change(
            notice.id, lambda known: known.failed(error.fault, for_good=error.for_good, at=at)
        )
        if failed.attempts == 1:
            self._call_others(failed)
        return failed

    def _call_others(self, notice: Notice) -> None:
        """Have an alert of high risk call the next rung, where its call reaches nobody."""
        if notice.is_urgent and notice.alert_id is not None:
            delivering.fail_delivery(
                self.board.alerts,
                notice.alert_id,
                to=notice.person_id,
                channel=notice.channel.value,
                is_last=partial(self._was_last, notice),
                duty_of=self.board.duty_of,
                at=self.board.now(),
            )

    def _was_last(self, notice: Notice, alert: Alert) -> bool:
        """Tell whether everybody whom the call of a notice is for has been tried.

        One bad address among several must not wake who is on the next rung.
        """
        return alert.still_makes(notice.call) and self.board.reached_nobody(alert)
