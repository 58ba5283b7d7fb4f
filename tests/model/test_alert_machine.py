"""Any order of causes, people, replicas and time: where an alert stands, and what always holds.

An oracle says a second time what must become of an alert of high risk; the rest are invariants.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from operator import attrgetter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.notifications.domain import errors
from services.notifications.domain.course import State
from services.notifications.domain.escalation import Kind
from services.notifications.domain.model import Alert
from services.notifications.domain.record import REPAIR
from services.notifications.usecases import alerting, delivering
from tests.model.alert_oracle import Course
from tests.unit.notifications.alert_examples import (
    CASE,
    START,
    Register,
    Shelf,
    allocated,
    high_risk,
    lapsed,
    no_rota,
    policy_of,
)

PEOPLE = st.sampled_from(["ana", "bea", "cora"])
advance = partial(alerting.advance_alert, duty_of=no_rota)
REFUSALS = (
    errors.AlertAlreadyAcknowledged,
    errors.AlertAlreadyResolved,
    errors.AlertNotAcknowledged,
    errors.AlertWithoutAction,
    errors.ActionNeedsNote,
)
MINUTES = st.sampled_from([0, 1, 4, 5, 6, 10, 15, 59, 60, 61, 600, 1440, 2000])
SKEWS = st.sampled_from([0, 1, 30, 55])


def _unsealed(_case_id: str, text: str) -> str:
    return text


class CaseOfAlerts(RuleBasedStateMachine):
    """One case whose causes arrive in any order, any number of times, among people's doings."""

    def __init__(self) -> None:
        super().__init__()
        self.shelf, self.register = Shelf(), Register()
        self.now = START
        self.number = 0
        self.before: dict[str, Alert] = {}
        self.course: Course | None = None
        self.band = "high"

    @property
    def alert(self) -> Alert | None:
        return self.shelf.latest(CASE, Kind.HIGH_RISK)

    def _hear(self, cause):
        return alerting.hear_cause(
            self.shelf,
            self.register,
            policy_of,
            cause,
            id=f"alert-{cause.kind}-{cause.number}",
            reference=f"A-{cause.number}",
            duty_of=no_rota,
            at=self.now,
        )

    def _change(self, intention, *args, **more) -> bool:
        """Do something with the alert of high risk; tell whether it was let."""
        alert = self.alert
        if alert is None:
            return False
        try:
            intention(self.shelf, alert.id, *args, at=self.now, **more)
        except REFUSALS:
            assert self.shelf.load(alert.id) == alert
            return False
        return True

    @rule(step=st.integers(-4, 2), band=st.sampled_from(["medium", "high"]), worse=st.booleans())
    def assess(self, step: int, band: str, worse: bool) -> None:
        """An assessment comes in its turn, late, twice, or before those that came earlier."""
        known = self.alert
        number = max((known.number if known else 0) + step, 1)
        cause = high_risk(number, band=band, worsened=worse)
        alert = self._hear(cause)
        if known is not None and known.covers(cause):
            assert alert == known
            return
        if known is not None and known.is_open:
            is_gap = number > known.number + 1
            worse = worse or (is_gap and (band, self.band) == ("high", "medium"))
            self.course = Course.begun(self.now) if worse else self.course
        elif band == "high":
            self.course = Course.begun(self.now)
        else:
            assert alert is None
        self.band = band

    @rule(severity=st.sampled_from(["medium", "high"]), number=st.integers(1, 9))
    def miss_sessions(self, severity: str, number: int) -> None:
        self._hear(lapsed(number, severity=severity))

    @rule(by=PEOPLE)
    def acknowledge(self, by: str) -> None:
        course = self.course
        was_let = self._change(alerting.acknowledge_alert, by=by)
        assert was_let == (course is not None and course.responder in (None, by))
        if was_let and course is not None and course.is_waiting:
            self._take(course, by)

    def _take(self, course: Course, by: str) -> None:
        course.state, course.responder = State.ACKNOWLEDGED, by
        course.due = self.now + course.wait

    @rule(by=PEOPLE, kind=st.sampled_from(["contacted", "police", "other"]))
    def act(self, by: str, kind: str) -> None:
        def record(shelf, alert_id, *, at):
            alerting.record_action(shelf, _unsealed, alert_id, kind, None, by=by, at=at)

        course = self.course
        was_let = self._change(record)
        assert was_let == (course is not None and kind != "other")
        if was_let and course is not None:
            if course.is_waiting:
                self._take(course, by)
            course.state = State.ACTIONED
            course.due = self.now + course.wait

    @rule(by=PEOPLE, outcome=st.sampled_from(["made_safer", "opened_in_error"]))
    def resolve(self, by: str, outcome: str) -> None:
        course, known = self.course, self.alert
        was_let = self._change(alerting.resolve_alert, outcome, by=by)
        if course is None:
            assert known is None or self.alert == known
            return
        is_done = course.state is State.ACTIONED
        assert was_let == (not course.is_waiting and (is_done or outcome == "opened_in_error"))
        self.course = None if was_let else course

    @rule(to=st.sets(PEOPLE, min_size=1).map(sorted))
    def deliver(self, to: list[str]) -> None:
        shown = [(self.alert.id, to)] if self.alert else []
        delivering.deliver_alerts(self.shelf, shown, channel="inbox", at=self.now)
        if self.course is not None and self.course.state is State.RAISED:
            self.course.state = State.DELIVERED

    @rule(to=PEOPLE, is_last=st.booleans())
    def fail_to_deliver(self, to: str, is_last: bool) -> None:
        told = {"to": to, "channel": "inbox", "is_last": lambda _: is_last}
        self._change(delivering.fail_delivery, duty_of=no_rota, **told)
        if self.course is not None and is_last:
            self.course.failed(self.now)

    @rule(person=PEOPLE, order=st.integers(1, 9))
    def allocate(self, person: str, order: int) -> None:
        case = self.shelf, self.register
        alerting.remember_allocation(*case, allocated(person, order), at=self.now)

    @rule(by=PEOPLE, order=st.integers(1, 9))
    def close(self, by: str, order: int) -> None:
        alerting.close_case(self.shelf, self.register, allocated(None, order), by=by, at=self.now)
        if self.alert is not None:
            assert self.alert.settle(by=by, at=self.now) == (self.alert, ())

    @rule(minutes=MINUTES, skew=SKEWS, is_running=st.booleans())
    def time_passes(self, minutes: int, skew: int, is_running: bool) -> None:
        """Two replicas look for what is due; the clock of the second is a little behind."""
        self.now += timedelta(minutes=minutes)
        if is_running:
            self._advance(skew)

    def _advance(self, skew: int) -> None:
        course = self.course
        is_due, earlier = course is not None and course.reached(self.now), len(self.shelf.said)
        for alert in list(self.shelf.kept.values()):
            stepped = advance(self.shelf, alert.id, at=self.now)
            assert advance(self.shelf, alert.id, at=self.now - timedelta(seconds=skew)) == stepped
        told = [alert_id for alert_id, _ in self.shelf.said[earlier:]]
        assert self.alert is None or told.count(self.alert.id) == int(is_due)

    @precondition(lambda self: self.course is not None)
    @rule()
    def wait_until_it_is_due(self) -> None:
        """Nothing happens a millisecond before its time, and something at it."""
        assert self.course is not None
        self.now = max(self.now, self.course.due - timedelta(milliseconds=1))
        self._advance(0)
        self.now += timedelta(milliseconds=1)
        self._advance(0)

    @precondition(lambda self: self.course is not None)
    @rule(missed=st.integers(0, 4))
    def nothing_runs_until_some_steps_are_missed(self, missed: int) -> None:
        """The next look is at the very moment at which one more step would have been due."""
        assert self.course is not None
        self.now = max(self.now, self.course.due + missed * self.course.wait)
        self._advance(0)

    @precondition(lambda self: self.course is not None and self.course.is_waiting)
    @rule(to=PEOPLE)
    def be_ignored_on_every_rung_and_reach_nobody(self, to: str) -> None:
        self.time_passes(20, 0, True)
        self.fail_to_deliver(to, is_last=True)

    @rule(minutes=st.sampled_from([-61, -60, -2, -1, 60]))
    def the_clock_jumps(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        for alert in list(self.shelf.kept.values()):
            alerting.restore_step(self.shelf, alert.id, at=self.now)
        if self.course is not None:
            self.course.watched(self.now)

    @invariant()
    def the_alert_stands_where_the_oracle_says(self) -> None:
        if self.course is not None:
            assert self.alert is not None
            assert self.course.fits(self.alert), (self.course, self.alert)

    @invariant()
    def there_is_one_open_alert_of_a_kind_at_the_most(self) -> None:
        keys = [alert.open_key for alert in self.shelf.kept.values() if alert.is_open]
        assert len(keys) == len(set(keys))

    @invariant()
    def every_transition_names_an_actor_and_a_time_and_ends_where_the_alert_stands(self) -> None:
        for alert in self.shelf.kept.values():
            assert all(entry.by and entry.at for entry in alert.history)
            last = alert.history[-1]
            assert (last.state, last.level) == (alert.state, alert.level)
            assert alert.changed_at >= max(entry.at for entry in alert.history)

    @invariant()
    def whoever_was_told_stays_told(self) -> None:
        for alert in self.shelf.kept.values():
            assert alert.audience.roles or alert.audience.account_ids
            assert alert.responder_id in (None, *alert.audience.account_ids)
            former = self.before.get(alert.id, alert)
            assert set(former.audience.roles) <= set(alert.audience.roles)
            assert set(former.audience.account_ids) <= set(alert.audience.account_ids)

    @invariant()
    def the_rungs_that_were_climbed_have_been_told(self) -> None:
        for alert in self.shelf.kept.values():
            told = {rung.tells.value for rung in alert.policy.rungs[: alert.level + 1]}
            assert told - {"responders"} <= set(alert.audience.roles)

    @invariant()
    def nobody_closed_an_alert_but_a_person(self) -> None:
        for alert in self.shelf.kept.values():
            if not alert.is_open:
                assert not alert.history[-1].by.startswith("service:")
                assert alert.outcome is not None

    @invariant()
    def no_alert_takes_a_step_that_it_may_not(self) -> None:
        """Compare each alert with itself one step ago; the last of the invariants to look."""
        for alert_id, former in self.before.items():
            _prove_step(former, self.shelf.load(alert_id))
        self.before = dict(self.shelf.kept)


_place = attrgetter("state", "level", "responder_id", "next_step_at", "outcome")
_named = attrgetter("what", "by", "at")


def _prove_step(former: Alert, alert: Alert) -> None:
    """Prove what holds between two moments of one alert."""
    assert former.is_open or alert == former
    added = alert.history[len(former.history) :]
    kept = alert.history[: len(former.history)]
    assert kept[:-1] == former.history[:-1]
    assert _named(kept[-1]) == _named(former.history[-1])
    has_worsened = any((e.what, e.detail) == ("reassessed", "worsened") for e in added)
    assert alert.level >= former.level or has_worsened
    if _place(alert) != _place(former):
        assert added or kept[-1].times > former.history[-1].times
    assert alert.allocation_order >= former.allocation_order
    if any(entry.detail == "not_resolved" for entry in added):
        assert "manager" in alert.audience.roles
    if any(entry.what == REPAIR for entry in added):
        assert (alert.state, alert.level) == (former.state, former.level)


CaseOfAlerts.TestCase.settings = settings(max_examples=250, stateful_step_count=40)
test_case_of_alerts = CaseOfAlerts.TestCase
