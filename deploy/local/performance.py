"""One performance of the story: what is sent, what is waited for, and what is kept to be judged.

After each thing sent we ask nothing for a moment and only listen, so that the time until an alert
is in an inbox is that of the platform and not of our own questions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from time import perf_counter
from typing import Any
from uuid import uuid4

from deploy.local.story import Referral, Session, Story
from deploy.local.telling import Telling
from deploy.local.visitors import Agency, Call, Staff, demand

WITHIN_S = 20.0
LOOK_EVERY_S = 0.05
QUIET_S = 0.4
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class Step:
    """One thing of the play that leads to an assessment: an accepted referral or a session.

    `since` is the moment just before it was sent, on our own clock; `told_at` when the platform
    took it and `until` when it took the next of the same case, on its clock; `scored` the
    assessment that it led to, `call` the alert that came of it.
    """

    name: str
    reference: str
    case: str
    reader: Staff
    least: str
    since: float
    told_at: datetime
    until: datetime = NEVER
    scored: Mapping[str, Any] | None = None
    call: Call | None = None

    @property
    def is_high(self) -> bool:
        """Must an alert have come of it?"""
        return self.scored is not None and self.scored["band"] == "high"

    @property
    def latency_ms(self) -> float | None:
        """Return how long after it was sent the alert was in an open inbox."""
        return (self.call.at - self.since) * 1000 if self.call else None

    @property
    def calls(self) -> list[Call]:
        """Return the calls that came of it; there should be one at the most."""
        return [call for call in self.reader.calls if self.is_meant_by(call)]

    def is_meant_by(self, call: Call) -> bool:
        """Did its assessment lead to that call? By the case, and by what was said when."""
        if self.scored is None or call.data["case_reference"] != self.case:
            return False
        return _moment(self.scored["assessed_at"]) <= _moment(call.data["at"]) < self.until


class Performance:
    """One performance of the story, and what is known of it as it goes on."""

    def __init__(
        self, agencies: Mapping[str, Agency], staff: Sequence[Staff], manager: Staff, tell: Telling
    ) -> None:
        self._agencies, self._staff, self._manager, self._tell = agencies, staff, manager, tell
        self.steps: dict[str, Step] = {}
        self.submitted = self.refused = self.acknowledged = 0
        self.missing: list[str] = []
        self._answered: set[str] = set()

    async def perform(self, story: Story) -> None:
        """Tell the story from beginning to end."""
        self._tell.heading("Referrals", "accepted", "scored", "in inbox")
        for referral in story.referrals:
            await self._refer(referral)
        self._tell.heading("Alerts")
        for referral in story.referrals:
            step = self.steps.get(referral.name)
            if step and step.call:
                await self._answer(step, referral)
        self._tell.heading("Sessions", "recorded", "scored", "in inbox")
        for session in story.sessions:
            await self._meet(session)

    async def _refer(self, told: Referral) -> None:
        body, key = _fresh(told.body), str(uuid4())
        at, since = datetime.now(UTC), perf_counter()
        answer = await self._agencies[told.agency].refer(body, key)
        took_ms = (perf_counter() - since) * 1000
        if told.band is None:
            self._refusal(told, answer.status_code, answer.json())
            return
        reference = demand(answer, HTTPStatus.CREATED)["reference"]
        self.submitted += 1
        reader = self._reader(body["area"])
        await reader.call(lambda call: call.at > since, QUIET_S)
        await self._send_again(told, body, key, reference)
        seen = await reader.get(f"/referrals/{reference}")
        step = Step(
            told.name,
            reference,
            seen["case_reference"],
            reader,
            told.band,
            since,
            _moment(seen["submitted_at"]),
        )
        await self._follow(step, at, took_ms, told.shows)

    async def _send_again(
        self, told: Referral, body: Mapping[str, Any], key: str, reference: str
    ) -> None:
        """Send the same once more, as a partner does who got no answer: it is the same referral."""
        again = demand(await self._agencies[told.agency].refer(body, key), HTTPStatus.OK)
        if again["reference"] != reference:
            self.missing.append(f"{told.name} sent twice became two referrals")

    def _refusal(self, told: Referral, status: int, problem: Mapping[str, Any]) -> None:
        found = problem.get("errors", [])
        if status != HTTPStatus.UNPROCESSABLE_ENTITY or len(found) < told.faults:
            self.missing.append(f"{told.name} was not refused with {told.faults} faults: {status}")
            return
        self.refused += 1
        self._tell.refusal(told.shows, [(one["pointer"], one["detail"]) for one in found])

    async def _follow(self, step: Step, at: datetime, took_ms: float, shows: str) -> None:
        """Wait for the assessment of a step and for its alert, and tell of both."""
        for earlier in self.steps.values():
            if earlier.case == step.case:
                earlier.until = min(earlier.until, step.told_at)
        self.steps[step.name] = step
        step.scored = await _assessment(step)
        if step.scored is None:
            self._tell.step(step.reference, (took_ms, None, None), "not scored", shows)
            return
        if step.is_high:
            step.call = await step.reader.call(step.is_meant_by, WITHIN_S)
        scored_ms = max((_moment(step.scored["assessed_at"]) - at) / timedelta(milliseconds=1), 0)
        self._tell.step(
            step.reference,
            (took_ms, scored_ms, step.latency_ms),
            step.scored["band"],
            shows,
            _detail(step.scored),
        )

    async def _answer(self, step: Step, told: Referral) -> None:
        """Take an alert on, say what was done, and accept the referral; or leave it open."""
        alert = step.call.data["reference"] if step.call else ""
        if alert in self._answered:
            return
        self._answered.add(alert)
        if told.is_left_open:
            self._tell.line(alert, "waits for you in the inbox, and escalates if you let it")
            return
        since = perf_counter()
        taken = await step.reader.answer(f"/alerts/{alert}/acknowledgements", {})
        self.acknowledged += taken
        await step.reader.answer(f"/alerts/{alert}/actions", {"kind": "contacted"})
        took_ms = (perf_counter() - since) * 1000
        who = step.reader.name if taken else "somebody else, before us"
        self._tell.line(alert, f"acknowledged by {who}; she was contacted ({took_ms:,.0f} ms)")

    async def _meet(self, told: Session) -> None:
        """Accept and allocate a case, record a session with her, and watch it scored again."""
        before = self.steps[told.referral]
        case, reader = before.case, before.reader
        await reader.answer(f"/referrals/{before.reference}/decisions", {"decision": "accept"})
        await self._manager.answer(f"/cases/{case}/allocation", {"practitioner_id": reader.id})
        at, since = datetime.now(UTC), perf_counter()
        body = {**told.body, "held_at": (at - timedelta(minutes=50)).isoformat("T", "seconds")}
        done = await reader.post(f"/cases/{case}/sessions", body)
        took_ms = (perf_counter() - since) * 1000
        await reader.call(lambda call: call.at > since, QUIET_S)
        recorded_at = _moment(done["recorded_at"])
        step = Step(told.name, done["reference"], case, reader, told.band, since, recorded_at)
        await self._follow(step, at, took_ms, told.shows)

    def _reader(self, area: str) -> Staff:
        return next(one for one in self._staff if area in one.areas)


async def _assessment(step: Step) -> Mapping[str, Any] | None:
    """Wait for the first assessment of the case since the step was taken; None if none comes."""
    until = perf_counter() + WITHIN_S
    while perf_counter() < until:
        found = await step.reader.look(f"/cases/{step.case}/assessments", limit=5)
        items: list[Mapping[str, Any]] = found["items"] if found else []
        since = [one for one in items if _moment(one["assessed_at"]) >= step.told_at]
        if since:
            return min(since, key=lambda assessment: assessment["number"])
        await asyncio.sleep(LOOK_EVERY_S)
    return None


def _detail(scored: Mapping[str, Any]) -> str:
    """Return the grounds, and that she was known before where she was."""
    known = [f"assessment {scored['number']}"] if scored["number"] > 1 else []
    return ", ".join([*known, *scored["grounds"]])


def _fresh(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a body under a reference of the agency that was not used before."""
    if "agency_reference" not in body:
        return dict(body)
    return {**body, "agency_reference": f"{body['agency_reference']}-{uuid4().hex[:6]}"}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
