"""The notifications service: alerts by events, by HTTP and by the clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from services.chassis.context import fresh_context
from services.chassis.ids import derived_id
from services.chassis.runtime import Jobs, Runtime
from services.chassis.wiring import Wired
from services.notifications.announcements import announce, announce_drill, announce_nothing
from services.notifications.api import Api
from services.notifications.channels.registry import read_channels, read_push_key
from services.notifications.channels.sending import Sending
from services.notifications.consumers import Consumers
from services.notifications.domain import events
from services.notifications.domain.escalation import Policies
from services.notifications.domain.links import Links
from services.notifications.domain.model import Alert
from services.notifications.repository import (
    Alerts,
    Allocations,
    AreaPolicies,
    Directory,
    Drills,
    Duty,
    Matters,
    Notes,
    Notices,
    PoliciesNow,
    Responders,
    Rotas,
    StaleReads,
)
from services.notifications.settings import read_origin, read_policies, read_referral_wait
from services.notifications.tally import MatterFigures, Messages, RotaFigures, Tally
from services.notifications.timers import Placed, Timers
from services.notifications.timers.calls import CALLS
from services.notifications.usecases.calling import Switchboard
from services.notifications.usecases.dispatch import Dispatch


@dataclass(frozen=True, slots=True)
class Parts:
    """What the doors work with."""

    alerts: Alerts
    allocations: Allocations
    drills: Drills
    notes: Notes
    notices: Notices
    default_policies: Policies
    area_policies: AreaPolicies
    policies: PoliciesNow
    responders: Responders
    directory: Directory
    links: Links
    send: Sending
    push_key: str | None
    placed: Placed
    jobs: Jobs
    tally: Tally
    messages: Messages
    now: Callable[[], datetime]
    rotas: Rotas
    duty: Duty
    rota_figures: RotaFigures
    matters: Matters
    matter_figures: MatterFigures
    referral_wait: timedelta

    def switchboard(self) -> Switchboard:
        """Return who calls people, for a reason of its own."""
        alerts = self.alerts.under(fresh_context())
        kept, channels = (self.notices, alerts, self.directory), self.send.channels
        return Switchboard(*kept, channels, self.duty.of, derived_id, self.now)

    def dispatch(self) -> Dispatch:
        """Return who sends what people are called by."""
        return Dispatch(self.notices, self.switchboard(), self.send)


def wire(runtime: Runtime) -> Parts:
    """Make the parts of this service."""
    tally, stale = Tally(runtime.metrics, runtime.now), StaleReads(runtime.metrics)
    default, area_policies = read_policies(), AreaPolicies(runtime, announce_nothing)
    responders = Responders(runtime, announce_nothing)
    links = Links(read_origin(), partial(runtime.vault.secrets, "links"))
    directory = Directory(responders, stale)
    rotas, rota_figures = Rotas(runtime, announce_nothing), RotaFigures(runtime.metrics)
    return Parts(
        alerts=Alerts(runtime, announce, partial(_saved, tally, runtime.jobs)),
        allocations=Allocations(runtime, announce_nothing),
        drills=Drills(runtime, announce_drill),
        notes=Notes(runtime.vault),
        notices=Notices(runtime, announce_nothing),
        default_policies=default,
        area_policies=area_policies,
        policies=PoliciesNow(area_policies, default, stale),
        responders=responders,
        directory=directory,
        links=links,
        send=Sending(read_channels(), links, runtime.tracing),
        push_key=read_push_key(),
        placed=Placed(),
        jobs=runtime.jobs,
        tally=tally,
        messages=Messages(runtime.metrics),
        now=runtime.now,
        rotas=rotas,
        duty=Duty(rotas, stale, there=directory.there),
        rota_figures=rota_figures,
        matters=Matters(runtime, announce_nothing),
        matter_figures=MatterFigures(runtime.metrics),
        referral_wait=read_referral_wait(),
    )


def _saved(tally: Tally, jobs: Jobs, alert: Alert, said: Sequence[object]) -> None:
    """Count what was saved; whoever it calls is called at once."""
    tally.count(alert, said)
    if alert.call is not None and any(isinstance(event, events.CALLING) for event in said):
        jobs.put(CALLS, alert)


class Notifications(Api, Consumers, Timers):
    """The service: its name, its parts, and the doors of its three rooms."""

    name = "notifications"
    parts = Wired(wire)
