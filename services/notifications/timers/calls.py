"""Calls as they are made: at once after the save that asked for them, and again where that failed.

Every replica looks for what is due; a notice is sent by whoever takes it first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from services.chassis.failpoints import reach
from services.chassis.jobs import at_once
from services.chassis.logs import get_logger
from services.chassis.timing import every
from services.notifications.domain.model import Alert
from services.notifications.domain.notices import Notice, Stage
from services.notifications.timers.due import AT_ONCE, do_what_is_due
from services.notifications.usecases.calling import Bundle
from services.notifications.usecases.dispatch import Outcome, Sent, bundled

CALLS, NOTICES, RECEIPTS = "calls", "notices", "receipts"
LOST_AFTER = timedelta(seconds=3)
PUT_OFF_FOR = timedelta(seconds=30)
REMEMBERED = 20_000
_log = get_logger(__name__)


class Placed:
    """What this process remembers: calls that it has placed or is to place again, what it sends.

    What is not remembered here is found by the watch over all open alerts. `unnoted` are the ids of
    notices that were sent, and whose receipts wait, with those of their alerts.
    """

    def __init__(self) -> None:
        self.unnoted: dict[str, str | None] = {}
        self._calls: OrderedDict[tuple[str, int], None] = OrderedDict()
        self._put_off: dict[str, Alert] = {}
        self._receipts: list[Sent] = []
        self._sending: set[str] = set()

    def __contains__(self, call: tuple[str, int]) -> bool:
        return call in self._calls

    def add(self, call: tuple[str, int]) -> None:
        """Remember a call, and forget the oldest of too many."""
        self._calls[call] = None
        if len(self._calls) > REMEMBERED:
            self._calls.popitem(last=False)

    @contextmanager
    def sending(self, bundle: Bundle) -> Iterator[Bundle]:
        """Hold the notices of a bundle that are not being sent, nor unnoted; yield these alone."""
        free = tuple(notice for notice in bundle if not self._is_held(notice.id))
        self._sending |= {notice.id for notice in free}
        try:
            yield free
        finally:
            self._sending -= {notice.id for notice in free}

    def _is_held(self, notice_id: str) -> bool:
        return notice_id in self._sending or notice_id in self.unnoted

    def put_off(self, alert: Alert) -> None:
        """Remember an alert whose call could not be placed."""
        self._put_off[alert.id] = alert

    def take_put_off(self) -> list[Alert]:
        """Return the alerts that were put off, and forget them."""
        taken, self._put_off = self._put_off, {}
        return list(taken.values())

    def put_off_receipt(self, sent: Sent) -> None:
        """Remember what was sent and could not be noted."""
        self._receipts.append(sent)

    def take_receipts(self) -> list[Sent]:
        """Return what was put off of what was sent, and forget it."""
        taken, self._receipts = self._receipts, []
        return taken


class Calls:
    """What is sent to people outside their inbox."""

    parts: Any

    @at_once(CALLS, places=20)
    def place_call(self, alert: Alert) -> None:
        """Make the notices of a call that has just been saved, and have them sent."""
        try:
            self._place(alert, is_first=True)
        except Exception:
            self.parts.placed.put_off(alert)
            raise

    @at_once(NOTICES, places=20, lane=lambda bundle: bundle[0].channel.value)
    def send_notices(self, bundle: Bundle) -> None:
        """Send what goes to one address, and note what became of it."""
        with self.parts.placed.sending(bundle) as free:
            outcome = self.parts.dispatch().send(free) if free else Outcome(())
            for notice in outcome.done:
                self.parts.messages.count(notice)
            for sent in outcome.sent:
                self._see_noted(sent)

    @at_once(RECEIPTS, places=40, is_paperwork=True)
    def note_receipt(self, sent: Sent) -> None:
        """Note that a provider has taken a notice."""
        self._note_sent(sent)

    @every(seconds=1)
    def look_after_notices(self) -> None:
        """Send what is due, and call others where a provider has not answered in time."""
        for alert in self.parts.placed.take_put_off():
            self._place_again(alert)
        for sent in self.parts.placed.take_receipts():
            self._see_noted(sent)
        taken: list[Notice] = []
        find = partial(self.parts.notices.overdue, self.parts.now(), AT_ONCE)
        do_what_is_due(find, partial(self._take, taken))
        for bundle in bundled(taken):
            self.parts.jobs.put(NOTICES, bundle)

    def place_lost_calls(self, open_alerts: Iterable[Alert], at: datetime) -> None:
        """Place the calls that nobody lived to place, or that were made where nobody sends.

        Those that reached nobody are passed on, where nobody lived to do that.
        """
        reached = set(self.parts.placed.unnoted.values())
        for alert in open_alerts:
            call = alert.call
            if call is not None and not call.is_answered and call.at < at - LOST_AFTER:
                self._place_again(alert)
                if alert.id not in reached:
                    self._pass_on(alert)

    def _see_noted(self, sent: Sent) -> None:
        """Have noted what was taken: when nobody waits for more, or at once if that is too late."""
        self.parts.placed.unnoted[sent.notice.id] = sent.notice.alert_id
        if not (sent.may_wait and self.parts.jobs.put(RECEIPTS, sent)):
            self._note_sent(sent)

    def _note_sent(self, sent: Sent) -> None:
        placed = self.parts.placed
        try:
            reach("noting")
            self.parts.messages.count(self.parts.dispatch().note(sent))
        except Exception:
            # One that cannot be noted must not keep others of its message from being noted.
            self.parts.tally.step_failed()
            _log.exception("notice_not_noted", notice_id=sent.notice.id)
            if self.parts.now() < sent.at + PUT_OFF_FOR:
                placed.put_off_receipt(sent)
                return
        placed.unnoted.pop(sent.notice.id, None)

    def _place_again(self, alert: Alert) -> None:
        try:
            self._place(alert, is_first=False)
        except Exception:
            # One call that cannot be placed must not keep the others from being placed.
            self.parts.tally.step_failed()
            _log.exception("call_not_placed", alert_id=alert.id)
            if alert.call and self.parts.now() < alert.call.at + PUT_OFF_FOR:
                self.parts.placed.put_off(alert)

    def _pass_on(self, alert: Alert) -> None:
        try:
            self.parts.switchboard().pass_on(alert)
        except Exception:
            # As above: the others are to be passed on all the same.
            self.parts.tally.step_failed()
            _log.exception("call_not_passed_on", alert_id=alert.id)

    def _place(self, alert: Alert, *, is_first: bool) -> None:
        """Place a call; one that found nobody is placed again when somebody is there."""
        parts, switchboard = self.parts, self.parts.switchboard()
        if alert.call is None or (alert.id, alert.call.number) in parts.placed:
            return
        called, is_made = switchboard.callees(alert), False
        for bundle in switchboard.place(alert, called, is_first=is_first):
            parts.jobs.put(NOTICES, bundle)
            is_made = True
        if is_made or switchboard.reaches_any(called):
            parts.placed.add((alert.id, alert.call.number))
        else:
            switchboard.call_next_rung(alert)

    def _take(self, taken: list[Notice], notice_id: str) -> bool:
        if notice_id in self.parts.placed.unnoted:
            return False
        try:
            notice = self.parts.dispatch().take_due(notice_id)
        except Exception:
            # One notice that cannot be read must not keep the others from being sent.
            self.parts.tally.step_failed()
            _log.exception("notice_not_taken", notice_id=notice_id)
            return False
        taken += [notice] if notice.stage is Stage.SENDING else []
        return True
