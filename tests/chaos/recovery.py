"""From a fault's end until somebody is called again: a fresh woman at high risk is referred."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from uuid import uuid4

from tests.chaos.caller import Caller, GaveUp
from tests.chaos.inbox import Inboxes
from tests.chaos.inputs import Referral
from tests.chaos.ledger import Ledger
from tests.chaos.load import refer
from tests.chaos.people import Person

ASK_AGAIN_S = 0.1


class Probe:
    """One referral, sent and followed in a thread; `took_s` is None until an alert is there."""

    def __init__(
        self, agency: Caller, manager: Person, inboxes: Inboxes, ledger: Ledger, referral: Referral
    ) -> None:
        self._agency, self._manager, self._inboxes = agency, manager, inboxes
        self._ledger, self._referral = ledger, referral
        self.took_s: float | None = None
        self._pause = threading.Event()
        self._since = time.monotonic()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Has the alert come, or can it not come any more?"""
        return not self._thread.is_alive()

    @property
    def age_s(self) -> float:
        """Return how long it is under way."""
        return time.monotonic() - self._since

    def _run(self) -> None:
        try:
            reference = refer(self._agency, self._referral, self._ledger, str(uuid4()))
            if reference is not None:
                self._await_alert(reference)
        except GaveUp:
            return

    def _await_alert(self, reference: str) -> None:
        case = self._manager.ask("GET", f"/referrals/{reference}").json()["case_reference"]
        while not self._has_called(case):
            self._pause.wait(ASK_AGAIN_S)
        self.took_s = self.age_s

    def _has_called(self, case: str) -> bool:
        return self._inboxes.has_called(case) or bool(self._manager.items("/alerts", case=case))


class Prober:
    """Sends probes, one after the other, each about another woman."""

    def __init__(
        self,
        agency: Caller,
        manager: Person,
        inboxes: Inboxes,
        ledger: Ledger,
        referrals: Iterator[Referral],
    ) -> None:
        self._parts = (agency, manager, inboxes, ledger)
        self._referrals = referrals

    def send(self) -> Probe:
        """Send one."""
        return Probe(*self._parts, next(self._referrals))
