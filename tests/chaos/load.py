"""The load: agencies that refer, practitioners and a manager who work, all through public doors.

Whatever is answered 2xx goes into the ledger at once. Who got no answer sends the same again, until
the end of the run; a question that stays open then is in the ledger too.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from deploy.local.accounts import Accounts
from services.contracts.vocabulary import CASE_OUTCOMES
from tests.chaos.caller import Caller, GaveUp
from tests.chaos.inputs import Referral, referrals, says_something, session
from tests.chaos.ledger import Ledger
from tests.chaos.people import Person

AGENCY_PAUSE_S = 1.6
PERSON_PAUSE_S = 1.5
CLOSES = 0.15
COURSES: tuple[tuple[str, ...], ...] = (
    (),
    ("acknowledge",),
    ("acknowledge", "act"),
    ("act",),
    ("acknowledge", "act", "resolve"),
    ("act", "resolve"),
)
STEPS: Mapping[str, tuple[str, str, dict[str, str]]] = {
    "acknowledge": ("acknowledgement", "acknowledgements", {}),
    "act": ("action", "actions", {"kind": "contacted"}),
    "resolve": ("resolution", "resolution", {"outcome": "made_safer"}),
}
"""What is done with an alert → (its kind in the ledger, its path, its body)."""


class Load:
    """Everybody who uses the system; each in a thread, from `start` to `stop`."""

    def __init__(
        self, portals: Sequence[str], accounts: Accounts, ledger: Ledger, seed: int
    ) -> None:
        self.over, self._pausing = threading.Event(), threading.Event()
        self._ledger, self._seed = ledger, seed
        agencies = [
            partial(self._refer, Caller(portals, self.over, key_of(key)), number)
            for number, key in enumerate(accounts.keys)
        ]
        self._agencies = len(agencies)
        staff = [Person(portals, self.over, account) for account in accounts.people]
        by_role = {
            r: [p for p, a in zip(staff, accounts.people, strict=True) if a["role"] == r]
            for r in ("practitioner", "manager")
        }
        workers = [partial(self._work, each) for each in by_role["practitioner"]]
        managers = [partial(self._manage, m, by_role["practitioner"]) for m in by_role["manager"]]
        jobs = [*agencies, *workers, *managers]
        self._threads = [
            threading.Thread(target=self._run, args=(job, Random(f"{seed}/{n}")), daemon=True)
            for n, job in enumerate(jobs)
        ]

    @property
    def is_done(self) -> bool:
        """Has everybody had an answer to the last question?"""
        return not any(thread.is_alive() for thread in self._threads)

    def start(self) -> None:
        """Let everybody begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Let nobody begin anything new; what was asked is still asked until it is answered."""
        self._pausing.set()

    def give_up(self) -> None:
        """Let nobody ask any more."""
        self.over.set()
        for thread in self._threads:
            thread.join(10)

    def _run(self, job: Callable[[Random], None], chance: Random) -> None:
        try:
            job(chance)
        except GaveUp as error:
            self._ledger.write("unanswered", asked=str(error))
        except Exception as error:
            self._ledger.write("broke_off", why=repr(error)[:300])
            raise

    def _refer(self, agency: Caller, number: int, chance: Random) -> None:
        for referral in referrals(self._seed, number, self._agencies):
            refer(agency, referral, self._ledger, _key(chance))
            if self._pausing.wait(chance.uniform(0.5, 1.5) * AGENCY_PAUSE_S):
                return

    def _work(self, person: Person, chance: Random) -> None:
        """Answer what is in her inbox, and record a session now and then."""
        courses: dict[str, Iterator[str]] = {}
        recorded = 0
        while not self._pausing.wait(chance.uniform(0.5, 1.5) * PERSON_PAUSE_S):
            for alert in person.items("/alerts", limit=50):
                course = courses.setdefault(alert["reference"], iter(chance.choice(COURSES)))
                self._step(person, alert["reference"], next(course, None), chance)
                if self._pausing.is_set():
                    return
            cases = person.items("/cases", limit=30)
            if cases:
                recorded += 1
                self._record(person, chance.choice(cases)["reference"], recorded, chance)

    def _step(self, person: Person, alert: str, step: str | None, chance: Random) -> None:
        if step is None:
            return
        kind, path, body = STEPS[step]
        answer = person.ask("POST", f"/alerts/{alert}/{path}", body, key=_key(chance))
        if answer.is_success:
            self._ledger.write(kind, alert=alert, by=person.id, **body_of(kind, body))

    def _record(self, person: Person, case: str, number: int, chance: Random) -> None:
        body = session(chance, number)
        answer = person.ask("POST", f"/cases/{case}/sessions", body, key=_key(chance))
        told = {"case": case, "by": person.id, "held_at": body["held_at"]}
        if answer.is_success:
            reference = answer.json()["reference"]
            self._ledger.write("session", reference=reference, says=says_something(body), **told)
        elif answer.status_code != 404:
            self._ledger.write("refused", what="session", status=answer.status_code, **told)

    def _manage(self, manager: Person, team: Sequence[Person], chance: Random) -> None:
        """Accept referrals, and give cases to practitioners of their area."""
        while not self._pausing.wait(chance.uniform(0.5, 1.5) * PERSON_PAUSE_S):
            for told in manager.items("/referrals", status="submitted", limit=5):
                self._accept(manager, told["reference"], chance)
            for case in manager.items("/cases", state="open", limit=10):
                fitting = [p for p in team if case["area"] in p.areas]
                if fitting and case.get("practitioner_id") is None:
                    self._allocate(manager, case["reference"], fitting[0].id, chance)
            engaged = manager.items("/cases", state="engaged", limit=10)
            if engaged and chance.random() < CLOSES:
                self._close(manager, chance.choice(engaged)["reference"], chance)

    def _accept(self, manager: Person, reference: str, chance: Random) -> None:
        path = f"/referrals/{reference}/decisions"
        answer = manager.ask("POST", path, {"decision": "accept"}, key=_key(chance))
        if answer.is_success:
            self._ledger.write("decision", reference=reference, by=manager.id)

    def _allocate(self, manager: Person, case: str, to: str, chance: Random) -> None:
        body = {"practitioner_id": to}
        answer = manager.ask("POST", f"/cases/{case}/allocation", body, key=_key(chance))
        if answer.is_success:
            self._ledger.write("allocation", case=case, to=to, by=manager.id)

    def _close(self, manager: Person, case: str, chance: Random) -> None:
        body = {"outcomes": dict.fromkeys(CASE_OUTCOMES, "partly")}
        answer = manager.ask("POST", f"/cases/{case}/closure", body, key=_key(chance))
        if answer.is_success:
            self._ledger.write("closure", case=case, by=manager.id)


def refer(agency: Caller, referral: Referral, ledger: Ledger, key: str) -> str | None:
    """Send a referral until it is answered; return its reference if it was accepted.

    Raises:
        GaveUp: the run ended first.

    """
    sent_at = time.time()
    answer = agency.ask("POST", "/api/v1/referrals", referral.body, key=key)
    if not answer.is_success:
        told = {"woman": referral.woman, "status": answer.status_code}
        ledger.write("refused", what="referral", why=answer.text[:200], **told)
        return None
    reference = str(answer.json()["reference"])
    ledger.write("referral", reference=reference, woman=referral.woman, sent_at=sent_at)
    return reference


def body_of(kind: str, body: Mapping[str, str]) -> dict[str, Any]:
    """Return what of a body is kept in the ledger: `kind` is taken by the entry's own."""
    return {"what": body["kind"]} if kind == "action" else dict(body)


def _key(chance: Random) -> str:
    return str(UUID(int=chance.getrandbits(128), version=4))


def key_of(key: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of an agency's requests."""
    return {"Authorization": f"Bearer {key['key']}"}
