"""A referral that waits and a review that is overdue, as people see them on pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.clock import now
from services.chassis.ids import derived_id, new_id, new_reference
from tests.integration.portal.alerts import EXAMPLES, assess
from tests.integration.portal.door import Portal
from tests.integration.portal.messages import House, house
from tests.support import publish, until

WAITS_S = "1"


@pytest.fixture(scope="module")
def calls(portal: Portal, stack: Any, broker: Any) -> Iterator[House]:
    """The portal and notifications, for which a referral has waited too long after a second."""
    with house(portal, stack, broker, REFERRAL_WAITS_S=WAITS_S) as opened:
        yield opened


def say(broker: Any, exchange: str, name: str, case: str, **data: Any) -> None:
    told = json.loads((EXAMPLES / f"{name}.v1.json").read_text(encoding="utf-8"))
    about = {"event_id": new_id(), "case_id": derived_id(case), "occurred_at": now().isoformat()}
    told["data"] |= {"case_reference": case, "area": "cluj", **data}
    publish(broker, exchange, f"{name}.v1", told | about)


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def shown_in_the_inbox(calls: House, words: str) -> str:
    """Wait until the inbox of Ana says something; return it."""
    ana = calls.portal.signed_in("ana")

    def said() -> str | None:
        page = text(ana.get("/inbox").text)
        return page if words in page else None

    found = until(said, within=20)
    assert found is not None
    return found


def alert_of(calls: House, case: str, kind: str) -> str:
    listed = calls.portal.signed_in("mo").get("/api/v1/alerts", params={"case": case}).json()
    return next(str(each["reference"]) for each in listed["items"] if each["kind"] == kind)


def test_a_referral_that_waits_is_shown_with_the_way_to_it(calls: House, broker: Any) -> None:
    never_quiet = {"medium": "at_once", "quiet_from": "03:00", "quiet_until": "03:00"}
    chosen = {"digest_at": "08:00", **never_quiet}
    ana = calls.portal.signed_in("ana")
    assert ana.put("/api/v1/responders/me/preferences", json=chosen).is_success
    case, referral = new_reference("C"), new_reference("R")
    told = {"referral_id": new_id(), "referral_reference": referral}
    say(broker, "referrals.events", "referral_submitted", case, **told)
    page = shown_in_the_inbox(calls, referral)
    assert "Referral waiting" in page
    assert "A referral waits since" in page
    reference = alert_of(calls, case, "referral_waiting")
    answer = ana.get(f"/alerts/{reference}")
    assert f'href="/referrals/{referral}"' in answer.text
    _, opened = calls.opened(calls.link("ana", reference))
    assert "A referral waits. Somebody has to decide on it, or to have its case." in text(opened)


def test_a_review_that_is_overdue_is_shown_with_its_day(calls: House, broker: Any) -> None:
    case = new_reference("C")
    say(broker, "sessions.events", "case_allocated", case, practitioner_id="ana")
    passed = (now() - timedelta(days=1)).isoformat()
    assess(broker, case=case, band="medium", due_review_at=passed)
    page = shown_in_the_inbox(calls, "Review overdue")
    assert "Her review was due on" in page
    reference = alert_of(calls, case, "review_overdue")
    answer = calls.portal.signed_in("ana").get(f"/alerts/{reference}")
    assert "Her review was due on" in text(answer.text)


def test_managers_see_a_ladder_for_each_kind(calls: House) -> None:
    page = text(calls.portal.signed_in("mo").get("/team/escalation").text)
    for kind in ("High risk", "Missed sessions", "Referral waiting", "Review overdue"):
        assert kind in page
