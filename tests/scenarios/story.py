"""The language of scenarios: what happens to a case, what time does, and what must be sent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from services.chassis.ids import new_id, new_reference
from services.contracts.catalogue import contract
from tests.scenarios.cast import ROLES, Person
from tests.scenarios.outside import Message
from tests.scenarios.trouble import Trouble
from tests.scenarios.world import World
from tests.support import example, until

PORTAL = {"role": "admin", "id": "portal"}
EVERYWHERE = "*"
NO_REVIEW_YET = timedelta(days=365)


class Story(Trouble):
    """One case in an area of its own, with four people who belong to it.

    A message that was expected counts as read; `nothing_more_is_sent` tells that none is unread.
    """

    def __init__(self, world: World) -> None:
        self.world, self.outside = world, world.outside
        self.mark = token_hex(4)
        self.area = f"area-{self.mark}"
        self.people: dict[str, Person] = {}
        self.another_case()
        self._read: list[Message] = []
        self._last_event: tuple[str, dict[str, Any]] | None = None
        for name in ROLES:
            self.enters(name, tell=False)
        self.tell_people()

    def __getattr__(self, name: str) -> Person:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    # --- people

    def enters(
        self, name: str, role: str | None = None, *, tell: bool = True, **more: Any
    ) -> Person:
        """Have somebody work in the area (or in `areas`), and return her."""
        areas = tuple(more.pop("areas", (self.area,)))
        self.people[name] = Person(self, name, role or ROLES[name], areas, **more)
        if tell:
            self.tell_people()
        return self.people[name]

    def leaves(self, person: Person) -> None:
        """Have an account closed."""
        person.is_active = False
        self.tell_people()

    def tell_people(self) -> None:
        """Tell the service of everybody, as the portal does, and wait until each process knows."""
        told = {"people": [person.account for person in self.people.values()]}
        answer = self.world.ask("PUT", "/responders", PORTAL, json=told)
        assert answer.is_success, answer.text
        self.world.rest()

    # --- the case

    def another_case(self) -> None:
        """Go on with another case of the same area."""
        self.case_id, self.case_reference = new_id(), new_reference("C")
        self._number = self._seq = 0

    def assessed(self, band: str = "high", *, worsened: bool | None = None, **data: Any) -> None:
        """Have the case assessed, after whatever was said of it before."""
        self._number += 1
        worse = self._number == 1 if worsened is None else worsened
        told = {"number": self._number, "assessment_id": f"{self.case_id[:30]}-{self._number}"}
        told["due_review_at"] = (self.world.now() + NO_REVIEW_YET).isoformat()
        self.hears("risk_assessed", **{**told, "band": band, "worsened": worse, **data})

    def assessed_high(self, **data: Any) -> None:
        """Have the case assessed as high."""
        self.assessed("high", **data)

    def is_referred(self, **data: Any) -> None:
        """Have the woman referred."""
        self.hears("referral_submitted", referral_id=self.case_id, **data)

    def referral_is(self, status: str, by: Person, **more: Any) -> None:
        """Have somebody decide on the referral."""
        told = {"referral_id": self.case_id, "to": status, "by": by.id}
        self.hears("referral_status_changed", **told, **more)

    def review_is_due(self, **time: float) -> str:
        """Return when a review is due that comes after so much time: days=7."""
        return (self.world.now() + timedelta(**time)).isoformat()

    def misses_sessions(self, in_a_row: int = 3, band: str = "medium") -> None:
        """Have sessions missed."""
        self.hears("engagement_lapsed", missed_in_a_row=in_a_row, band=band)

    def is_allocated_to(self, person: Person) -> None:
        """Give the case to somebody."""
        self.hears("case_allocated", practitioner_id=person.id)

    def is_closed_by(self, person: Person) -> None:
        """Have the case closed."""
        self.hears("case_closed", by=person.id)

    def hears(
        self, event_type: str, *, wait: bool = True, seq: int | None = None, **data: Any
    ) -> None:
        """Say an event like the golden example with other data, and wait until it was heard."""
        self._seq += 1
        event = example(event_type)
        event |= {"event_id": new_id(), "case_id": self.case_id, "seq": seq or self._seq}
        event |= {"occurred_at": self.world.now().isoformat()}
        event["data"] |= {"case_reference": self.case_reference, "area": self.area, **data}
        if "source" in event["data"]:
            event["data"]["source"]["at"] = self.world.now().isoformat()
        self._last_event = (event_type, event)
        self.hears_again(wait=wait)

    def hears_again(self, *, wait: bool = True) -> None:
        """Say the last event once more, as a bus may."""
        assert self._last_event is not None
        event_type, event = self._last_event
        known = contract(event_type, event["version"])
        self.world.say(f"{known.publisher}.events", known.routing_key, event, wait=wait)

    # --- time

    def after(self, **time: float) -> None:
        """Let time pass: minutes=5."""
        self.world.turn(**time)

    def at(self, clock: str, zone: str = "Europe/London") -> None:
        """Let time pass until a clock in a time zone shows this: 14:00."""
        here = self.world.now().astimezone(ZoneInfo(zone))
        hour, minute = map(int, clock.split(":"))
        wanted = here.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if wanted <= here:
            wanted = (wanted + timedelta(days=1)).replace(hour=hour)
        self.world.turn(seconds=(wanted.astimezone(UTC) - self.world.now()).total_seconds())

    # --- the alert

    @property
    def alerts(self) -> list[dict[str, Any]]:
        """Return the alerts of the case, newest first."""
        query = {"case": self.case_reference, "state": "all"}
        answer = self.world.ask("GET", "/alerts", self._overseer, params=query)
        assert answer.is_success, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    @property
    def alert(self) -> dict[str, Any]:
        """Return the latest alert of the case."""
        return until(lambda: self.alerts)[0]

    @property
    def reference(self) -> str:
        """Return the reference of the latest alert."""
        reference: str = self.alert["reference"]
        return reference

    @property
    def notices(self) -> list[dict[str, Any]]:
        """Return what was sent of the latest alert, newest first."""
        answer = self.world.ask("GET", f"/alerts/{self.reference}/notices", self._overseer)
        assert answer.is_success, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def is_at(self, level: int, state: str | None = None) -> None:
        """Make sure of the level of the alert and, if that is named, of its state."""
        self.world.rest()
        alert = self.alert
        assert alert["level"] == level
        assert alert["state"] == (state or alert["state"])

    def said(self) -> list[str]:
        """Return the types of what the service said of the case, in order; twice counts once."""
        mine = {e["event_id"]: e for e in self.world.said if e["case_id"] == self.case_id}
        return [each["type"] for each in sorted(mine.values(), key=lambda each: each["seq"])]

    def has_done(self, *what: str) -> None:
        """Make sure that these are among the changes of the alert, by name or detail."""
        done = {word for each in self.alert["history"] for word in (each["what"], each["detail"])}
        assert set(what) <= done, done

    def inboxes(self) -> set[str]:
        """Return the names of those who have the alert in their inbox."""
        reference = self.reference
        return {name for name, person in self.people.items() if reference in person.inbox()}

    # --- messages

    def expect(
        self, channel: str, to: Person, address: str | None = None, saying: str | None = None
    ) -> Message:
        """Return the first unread message to somebody, of the latest alert if nothing else."""
        wanted = address or self._address(channel, to)
        words = self.reference if saying is None else saying

        def found() -> Message | None:
            return next((m for m in self.unread(channel, wanted) if words in m.said), None)

        message = until(found)
        assert message is not None
        self._read.append(message)
        return message

    def expect_mail(self, *, to: Person | Iterable[Person], saying: str | None = None) -> Message:
        """Return the mail that somebody (or each of some people) has got; the last of theirs."""
        people = [to] if isinstance(to, Person) else list(to)
        return [self.expect("email", person, saying=saying) for person in people][-1]

    def unread(self, channel: str | None = None, address: str | None = None) -> list[Message]:
        """Return the messages to people of this story that nobody has expected yet."""
        mine = {a for p in self.people.values() for a in (p.email, *dict(p.addresses).values())}
        left = list(self._read)
        found = []
        for message in self.outside.messages():
            if message in left:
                left.remove(message)
            elif message.to in mine:
                found.append(message)
        return [m for m in found if channel in (None, m.channel) and address in (None, m.to)]

    def nothing_more_is_sent(self) -> None:
        """Make sure that nobody has got anything but what was expected."""
        self.world.rest()
        unread = self.unread()
        assert not unread, f"sent: {unread}"

    nobody_is_called = nothing_more_is_sent

    def is_shown_to(self, person: Person) -> httpx.Response:
        """Tell, as the portal does, that the alert was on an open page of hers."""
        shown = [{"alert": self.reference, "people": [person.id]}]
        return self.world.ask("POST", "/alerts/deliveries", PORTAL, json={"shown": shown})

    def follows(self, message: Message | str) -> httpx.Response:
        """Follow a link, and return what the page is made of."""
        return self.world.ask("GET", f"/links/{_token(message)}", PORTAL)

    def answers(self, message: Message | str) -> httpx.Response:
        """Press the button behind a link."""
        return self.world.ask("POST", f"/links/{_token(message)}/acknowledgement", PORTAL)

    # --- the end

    def ends(self) -> None:
        """Take case and people out of the database: later stories call and read none of them."""
        self.outside.heal()
        self.world.is_held = False
        self.world.rest()
        database = self.world.mongo.database("notifications")
        for collection in ("notifications", "notices", "matters", "rotas", "policies"):
            database[collection].delete_many({"area": self.area})
        people = [person.id for person in self.people.values()]
        database["responders"].delete_many({"account_id": {"$in": people}})

    @property
    def _overseer(self) -> dict[str, Any]:
        return {"role": "manager", "id": "overseer", "area": EVERYWHERE}

    def _address(self, channel: str, person: Person) -> str:
        return person.email if channel == "email" else dict(person.addresses)[channel]


def _token(message: Message | str) -> str:
    return message if isinstance(message, str) else message.token


def moment(told: str) -> datetime:
    """Return a moment as the doors tell it."""
    return datetime.fromisoformat(told)
