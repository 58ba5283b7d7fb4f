"""One run: load and faults for so long, then all is healed, and the judge reads the ledger."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from time import monotonic

from tests.chaos.caller import Caller
from tests.chaos.doubling import doubled
from tests.chaos.faults.kinds import Planned
from tests.chaos.inbox import Inboxes
from tests.chaos.inputs import probes
from tests.chaos.judge import judge
from tests.chaos.load import Load, key_of
from tests.chaos.people import Person
from tests.chaos.recovery import Probe, Prober
from tests.chaos.report import Report
from tests.chaos.schedule import Round, kind_of, parked
from tests.chaos.system import System
from tests.chaos.violations import Violation, Wrong

TICK_S = 0.1
RECOVERED_WITHIN_S = 75.0
SETTLED_WITHIN_S = 120.0
ANSWERED_WITHIN_S = 45.0
LOOK_EVERY_S = 5.0
WARM_UP_S = 4.0
START = "the start"

Say = Callable[[str], None]


@dataclass
class Rig:
    """A system, everybody who uses it, and what is done to it. Used from one thread."""

    system: System
    seed: int
    say: Say

    def __post_init__(self) -> None:
        system, portals = self.system, self.system.replicas.portals
        self.load = Load(portals, system.accounts, system.ledger, self.seed)
        over, accounts = Event(), system.accounts
        staff = [a for a in accounts.people if a["role"] in ("practitioner", "manager")]
        readers = [Person(portals, over, account) for account in staff]
        self.inboxes = Inboxes(portals, readers, system.ledger)
        manager = next(account for account in staff if account["role"] == "manager")
        self.manager = Person(portals, over, manager)
        agency = Caller(portals, over, key_of(accounts.keys[0]))
        asker = Person(portals, over, manager)
        self.prober = Prober(agency, asker, self.inboxes, system.ledger, probes(self.seed))
        self._began = monotonic()
        self._faults = 0
        self.recoveries_s: list[float] = []

    def run(self, minutes: float, rounds: Iterator[Round]) -> Report:
        """Do all of it, and return what came of it."""
        self.begin()
        until = monotonic() + minutes * 60
        while monotonic() < until:
            self._hurt(next(rounds))
        return self.end()

    def begin(self) -> None:
        """Let everybody begin, and see that all is well."""
        self.inboxes.start()
        self.load.start()
        self.see_a_call(START)
        self.wait(WARM_UP_S)

    def see_a_call(self, after: str) -> None:
        """Refer a woman at high risk, and wait until somebody is called."""
        self._wait_for(self.prober.send(), after)

    def _hurt(self, planned: Round) -> None:
        """Rest, have faults, end them, and wait until somebody is called again."""
        self.wait(planned.rest_s)
        with self._all_of(planned.faults):
            self.wait(max(fault.lasts_s for fault in planned.faults))
        self.see_a_call(" and ".join(map(str, planned.faults)))

    @contextmanager
    def _all_of(self, faults: Sequence[Planned]) -> Iterator[None]:
        for fault in faults:
            self._faults += 1
            self.system.ledger.write("fault", what="begins", fault=str(fault))
            self.tell(f"{fault}, for {fault.lasts_s} s")
            kind_of(fault).begin(self.system, fault)
        yield
        for fault in reversed(faults):
            kind_of(fault).end(self.system, fault)
            self.system.ledger.write("fault", what="ends", fault=str(fault))

    def _wait_for(self, probe: Probe, after: str) -> None:
        """Wait for the alert of a probe; go on without it if it does not come in time."""
        while not probe.is_over and probe.age_s < RECOVERED_WITHIN_S:
            self.tick()
        if probe.took_s is None:
            self.system.ledger.write("not_recovered", fault=after)
            self.tell(f"no alert within {probe.age_s:.0f} s after: {after}")
        else:
            self.system.ledger.write("recovered", fault=after, took_s=probe.took_s)
            self.tell(f"an alert {probe.took_s:.1f} s after: {after}")
        if after != START:
            self.recoveries_s.append(probe.took_s or probe.age_s)

    def end(self) -> Report:
        """Let everybody finish, and return what the judge finds."""
        self.tell("all is healed; waiting for the last answers")
        self._let_finish()
        found = self._settled()
        for violation in found:
            self.say(f"  {violation.wrong.upper():<10} {violation.what}: {violation.about}")
        return Report.of(
            self.system.ledger.entries(),
            self.system.books(),
            found,
            seed=self.seed,
            faults=self._faults,
            max_recovery_s=max(self.recoveries_s, default=0.0),
        )

    def _let_finish(self) -> None:
        """Let everybody have the answer that they wait for."""
        self.load.stop()
        until = monotonic() + ANSWERED_WITHIN_S
        while not self.load.is_done and monotonic() < until:
            self.tick()

    def _settled(self) -> list[Violation]:
        """Read the books again and again until nothing is wrong, or the time is up."""
        until = monotonic() + SETTLED_WITHIN_S
        found = self._violations()
        while found and monotonic() < until:
            self.tell(f"{len(found)} not settled, such as {found[0].what}: {found[0].about}")
            self.wait(LOOK_EVERY_S)
            before, found = found, self._violations()
            if found == before and all(each.wrong is Wrong.DUPLICATED for each in found):
                break  # time mends what is late, but not what was done twice
        self.load.give_up()
        return self._violations(last=True)

    def _violations(self, *, last: bool = False) -> list[Violation]:
        """Judge; only the `last` time, whether each woman's data can be read, which takes long."""
        ledger = self.system.ledger.entries()
        cases = {each["case_reference"] for each in self.system.store.documents("referrals")}
        books = self.system.books(
            doubled=doubled(tuple(self.system.tap.publications), list(parked(ledger))),
            unreadable=sorted(case for case in cases if last and not self._is_readable(case)),
        )
        return judge(ledger, books)

    def _is_readable(self, case: str) -> bool:
        answer = self.manager.ask("GET", f"/cases/{case}/client")
        return answer.is_success and bool(answer.json())

    def tell(self, text: str) -> None:
        """Say something, with the time since the beginning."""
        self.say(f"{monotonic() - self._began:7.1f} s  {text}")

    def wait(self, seconds: float) -> None:
        """Let some time pass; what ends by itself meanwhile is started again."""
        until = monotonic() + seconds
        while monotonic() < until:
            self.tick()

    def tick(self) -> None:
        """Let a moment pass, and start again what ended by itself."""
        Event().wait(TICK_S)
        for name in self.system.replicas.look_after():
            self.tell(f"{name} ended by itself and was started again")
