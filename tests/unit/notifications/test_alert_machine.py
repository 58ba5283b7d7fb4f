"""Any order of causes, people and time: what always holds of the alerts of a case."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.notifications import usecases
from services.notifications.domain import errors
from services.notifications.domain.escalation import Kind
from services.notifications.domain.record import State
from tests.unit.notifications.alert_examples import (
    CASE,
    POLICIES,
    START,
    Register,
    Shelf,
    allocated,
    high_risk,
    lapsed,
)

PEOPLE = st.sampled_from(["ana", "bea", "cora"])
REFUSALS = (
    errors.AlertAlreadyAcknowledged,
    errors.AlertAlreadyResolved,
    errors.AlertNotAcknowledged,
    errors.AlertWithoutAction,
    errors.ActionNeedsNote,
)
MINUTES = st.sampled_from([0, 1, 4, 5, 6, 15, 59, 60, 61, 600, 2000])


def _unsealed(_case_id, text):
    return text


class CaseOfAlerts(RuleBasedStateMachine):
    """One case whose causes arrive in any order, any number of times, among people's doings."""

    def __init__(self) -> None:
        super().__init__()
        self.shelf, self.register = Shelf(), Register()
        self.now = START
        self.number = 0
        self.before = {}

    def _hear(self, cause):
        return usecases.hear_cause(
            self.shelf,
            self.register,
            POLICIES,
            cause,
            id=f"alert-{cause.kind}-{cause.number}",
            reference=f"A-{cause.number}",
            at=self.now,
        )

    def _change(self, intention, *args, **more):
        alert = self.shelf.latest(CASE, Kind.HIGH_RISK)
        if alert is None:
            return
        try:
            intention(self.shelf, alert.id, *args, at=self.now, **more)
        except REFUSALS:
            assert self.shelf.load(alert.id) == alert

    @rule(back=st.integers(0, 4), band=st.sampled_from(["medium", "high"]), worse=st.booleans())
    def assess(self, back, band, worse):
        number = max(self.number + 1 - back, 1)
        self.number = max(self.number, number)
        known = self.shelf.latest(CASE, Kind.HIGH_RISK)
        cause = high_risk(number, band=band, worsened=worse)
        alert = self._hear(cause)
        if known is not None and known.covers(cause):
            assert alert == known
        elif worse and (alert is not None):
            assert (alert.state, alert.level) == (State.RAISED, 0)

    @rule(severity=st.sampled_from(["medium", "high"]), number=st.integers(1, 9))
    def miss_sessions(self, severity, number):
        self._hear(lapsed(number, severity=severity))

    @rule(by=PEOPLE)
    def acknowledge(self, by):
        self._change(usecases.acknowledge_alert, by=by)

    @rule(by=PEOPLE, kind=st.sampled_from(["contacted", "police", "other"]))
    def act(self, by, kind):
        def record(shelf, alert_id, *, at):
            usecases.record_action(shelf, _unsealed, alert_id, kind, None, by=by, at=at)

        self._change(record)

    @rule(by=PEOPLE, outcome=st.sampled_from(["made_safer", "opened_in_error"]))
    def resolve(self, by, outcome):
        self._change(usecases.resolve_alert, outcome, by=by)

    @rule(to=PEOPLE)
    def deliver(self, to):
        self._change(usecases.deliver_alert, to=to, channel="inbox")

    @rule(to=PEOPLE)
    def fail_to_deliver(self, to):
        self._change(usecases.fail_delivery, to=to, channel="inbox")

    @rule(person=PEOPLE, order=st.integers(1, 9))
    def allocate(self, person, order):
        usecases.remember_allocation(
            self.shelf, self.register, allocated(person, order), at=self.now
        )

    @rule(by=PEOPLE, order=st.integers(1, 9))
    def close(self, by, order):
        usecases.close_case(self.shelf, self.register, allocated(None, order), by=by, at=self.now)

    @rule(minutes=MINUTES)
    def time_passes(self, minutes):
        self.now += timedelta(minutes=minutes)
        for alert in list(self.shelf.kept.values()):
            after = usecases.advance_alert(self.shelf, alert.id, at=self.now)
            held = alert.state is State.ACKNOWLEDGED and alert.expires_at > self.now
            assert not (held and after != alert)

    @precondition(lambda self: self.shelf.latest(CASE, Kind.HIGH_RISK))
    @rule(minutes=st.integers(61, 5000))
    def nobody_does_anything(self, minutes):
        alert = self.shelf.latest(CASE, Kind.HIGH_RISK)
        said = len(self.shelf.said)
        self.time_passes(minutes)
        waited = alert.is_open and alert.next_step_at <= self.now
        assert (len(self.shelf.said) > said) or not waited

    @invariant()
    def an_open_high_risk_alert_always_has_a_step_in_the_future(self):
        for alert in self.shelf.kept.values():
            if alert.kind is Kind.HIGH_RISK and alert.is_open:
                assert alert.next_step_at is not None
                assert alert.next_step_at > self.now

    @invariant()
    def there_is_one_open_alert_of_a_kind_at_the_most(self):
        keys = [alert.open_key for alert in self.shelf.kept.values() if alert.is_open]
        assert len(keys) == len(set(keys))

    @invariant()
    def every_transition_names_an_actor_and_a_time_and_none_is_undone(self):
        for alert_id, alert in self.shelf.kept.items():
            assert all(entry.by and entry.at for entry in alert.history)
            assert alert.history[-1].state == alert.state
            former = self.before.get(alert_id)
            if former is not None:
                assert [e.what for e in former.history] == [
                    e.what for e in alert.history[: len(former.history)]
                ]

    @invariant()
    def resolved_is_final(self):
        for alert_id, former in self.before.items():
            assert former.is_open or self.shelf.load(alert_id) == former
        self.before = dict(self.shelf.kept)

    @invariant()
    def whoever_was_told_stays_told(self):
        for alert in self.shelf.kept.values():
            assert alert.audience.roles or alert.audience.account_ids
            assert alert.responder_id in (None, *alert.audience.account_ids)

    @invariant()
    def nobody_closed_an_alert_but_a_person(self):
        for alert in self.shelf.kept.values():
            if not alert.is_open:
                assert not alert.history[-1].by.startswith("service:")


CaseOfAlerts.TestCase.settings = settings(
    max_examples=150, stateful_step_count=40, derandomize=True
)
test_case_of_alerts = CaseOfAlerts.TestCase
