"""The referrals service: intake, matching and triage, by HTTP and by events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from services.chassis.crypto import BlindIndex
from services.chassis.metrics import Metrics
from services.chassis.runtime import Runtime
from services.chassis.web.problems import slug_of
from services.chassis.wiring import Wired
from services.referrals.announcements import announce
from services.referrals.api import Api
from services.referrals.consumers import Consumers
from services.referrals.repository import Referrals as Repository
from services.referrals.repository import Strongbox
from services.referrals.settings import read_referral_settings
from services.referrals.usecases import Receipt


class Tally:
    """Counts what comes in, without saying from whom or of whom."""

    def __init__(self, metrics: Metrics) -> None:
        self._accepted = metrics.counter(
            "casework_referrals_accepted_total",
            "Referrals stored for good, by area and instrument.",
            ("area", "instrument"),
        )
        self._repeats = metrics.counter(
            "casework_referrals_repeats_flagged_total",
            "Referrals of women who were referred within the twelve months before, by area.",
            ("area",),
        )
        self._replays = metrics.counter(
            "casework_referrals_replays_total", "Referrals that had been stored before."
        )
        self._refusals = metrics.counter(
            "casework_referrals_refusals_total",
            "Submissions and decisions refused by a rule, by reason.",
            ("reason",),
        )

    def count(self, receipt: Receipt) -> None:
        """Count what became of a submission."""
        if receipt.is_replay:
            self._replays.inc()
            return
        facts = receipt.referral.facts
        self._accepted.labels(facts.area, facts.instrument).inc()
        if receipt.referral.repeat:
            self._repeats.labels(facts.area).inc()

    @contextmanager
    def refusals(self, known: Mapping[type[Exception], object]) -> Iterator[None]:
        """Count a refusal on its way to whoever is refused."""
        try:
            yield
        except tuple(known) as refusal:
            self._refusals.labels(slug_of(refusal)).inc()
            raise


@dataclass(frozen=True, slots=True)
class Parts:
    """What the doors work with; `areas` are those that have a team."""

    referrals: Repository
    strongbox: Strongbox
    areas: tuple[str, ...]
    tally: Tally


def wire(runtime: Runtime) -> Parts:
    """Make the parts of this service."""
    own = read_referral_settings()
    index = BlindIndex(own.blind_index_key.read_bytes())
    referrals = Repository(runtime, announce)
    return Parts(referrals, Strongbox(runtime.vault, index), own.areas, Tally(runtime.metrics))


class Referrals(Api, Consumers):
    """The service: its name, its parts, and the doors of its two rooms."""

    name = "referrals"
    parts = Wired(wire)
