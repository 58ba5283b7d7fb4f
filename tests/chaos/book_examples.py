"""A small run that went well, as ledger and books: one referral, one session, one alert ended."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from services.chassis.ids import derived_id
from tests.chaos.books import Books
from tests.chaos.judge import judge
from tests.chaos.ledger import Entry
from tests.chaos.violations import Violation

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CASE, PERSON, MANAGER = "case-1", "person-1", "person-2"
CASE_REFERENCE, REFERRAL, SESSION, ALERT = "C-1", "R-1", "S-1", "A-1"
FIRST, SECOND = "assessment-1", "assessment-2"


@dataclass
class Run:
    """What was told and what is there; to be changed before it is judged."""

    ledger: list[Entry] = field(default_factory=list)
    books: dict[str, Any] = field(default_factory=dict)

    def found(self) -> list[Violation]:
        """Return what the judge finds."""
        people = frozenset({PERSON, MANAGER})
        return judge(self.ledger, Books(at=NOW, people=people, **self.books))

    def add(self, kind: str, **told: Any) -> Self:
        """Tell a client of something more."""
        self.ledger.append({"kind": kind, "at": 0.0, **told})
        return self

    def one(self, books: str) -> dict[str, Any]:
        """Return the one document of some books."""
        document: dict[str, Any]
        (document,) = self.books[books]
        return document

    def twice(self, books: str, **changed: Any) -> dict[str, Any]:
        """Put a document beside the one of some books, with something changed."""
        other = copy.deepcopy(self.one(books)) | changed
        self.books[books].append(other)
        return other


def well() -> Run:
    """Return a run in which every promise was kept."""
    run = Run()
    run.add("referral", reference=REFERRAL, woman="woman-1", sent_at=0.0)
    run.add("decision", reference=REFERRAL, by=MANAGER)
    run.add("allocation", case=CASE_REFERENCE, to=PERSON, by=MANAGER)
    run.add("session", reference=SESSION, case=CASE_REFERENCE, by=PERSON, says=True)
    run.add("acknowledgement", alert=ALERT, by=PERSON)
    run.add("action", alert=ALERT, by=PERSON, what="contacted")
    run.add("resolution", alert=ALERT, by=PERSON, outcome="made_safer")
    run.add("closure", case=CASE_REFERENCE, by=MANAGER)
    run.books = {
        "referrals": [_referral()],
        "profiles": [_profile()],
        "files": [_file()],
        "alerts": [_alert()],
        "allocations": [{"_id": CASE, "practitioner_id": None}],
        "queues": [{"name": "risk.referral_submitted.v1", "ready": 0, "unacknowledged": 0}],
    }
    return run


def _referral() -> dict[str, Any]:
    return {
        "_id": "referral-1",
        "reference": REFERRAL,
        "case_id": CASE,
        "case_reference": CASE_REFERENCE,
        "assessment": 2,
        "history": [{"to": "accepted", "by": MANAGER}],
        "receipts": ["key-1"],
        "outbox": [],
    }


def _profile() -> dict[str, Any]:
    return {
        "_id": CASE,
        "reference": CASE_REFERENCE,
        "awaited": None,
        "assessments": [
            _assessment(FIRST, 1, "high", "referral", "referral-1"),
            _assessment(SECOND, 2, "high", "session", "session-1"),
        ],
        "receipts": ["event-1", "event-2"],
    }


def _assessment(id: str, number: int, band: str, kind: str, source: str) -> dict[str, Any]:
    return {"id": id, "number": number, "band": band, "source": {"kind": kind, "id": source}}


def _file() -> dict[str, Any]:
    alerts = ("raised", "reassessed", "acknowledged", "actioned", "resolved")
    return {
        "_id": CASE,
        "reference": CASE_REFERENCE,
        "state": "closed",
        "practitioner_id": PERSON,
        "closures": [{"by": MANAGER, "outcomes": {"safety": "achieved"}}],
        "assessment_number": 2,
        "referrals": [{"reference": REFERRAL}],
        "sessions": [
            {"id": "session-1", "reference": SESSION, "practitioner_id": PERSON, "held_at": NOW}
        ],
        "timeline": [
            _entry("referral_submitted", REFERRAL),
            {**_entry("case_allocated", None), "by": MANAGER, "codes": [PERSON]},
            *(_entry(f"alert_{what}", ALERT) for what in alerts),
        ],
    }


def _entry(kind: str, reference: str | None) -> dict[str, Any]:
    return {"kind": kind, "reference": reference, "by": None, "codes": [], "times": 1}


def _alert() -> dict[str, Any]:
    steps = (
        ("raised", "service:risk"),
        ("reassessed", "service:risk"),
        ("acknowledged", PERSON),
        ("actioned", PERSON),
        ("resolved", PERSON),
    )
    return {
        "_id": derived_id("alert", FIRST),
        "reference": ALERT,
        "case_id": CASE,
        "case_reference": CASE_REFERENCE,
        "kind": "high_risk",
        "is_open": False,
        "number": 2,
        "outcome": "made_safer",
        "actions": [{"by": PERSON, "kind": "contacted"}],
        "history": [{"what": what, "by": by, "times": 1} for what, by in steps],
    }


def opened(alert: dict[str, Any], wait: timedelta = timedelta(minutes=5)) -> dict[str, Any]:
    """Return an alert as it was before it was resolved, its next step so far ahead."""
    alert.update(is_open=True, outcome=None, next_step_at=NOW + wait)
    del alert["history"][-1]
    return alert
