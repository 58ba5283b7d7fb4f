"""One change of one alert: where it stands in time, who may know, and the words for a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sse_starlette import ServerSentEvent

from services.chassis.auth import MANAGERS
from services.contracts.catalogue import CONTRACTS, Contract
from services.contracts.envelope import Envelope
from services.portal.accounts import Person

HEARD: tuple[Contract, ...] = tuple(
    contract
    for contract in CONTRACTS
    if contract.publisher == "notifications" and contract.type.startswith("alert_")
)
_NAMED = {"-", *(contract.type for contract in HEARD)}
_REFERENCE = re.compile(r"-|[A-Z]-[0-9A-Z]{4}-[0-9A-Z]{4}")
CALLS = frozenset({"alert_raised", "alert_reassessed", "alert_escalated"})
SHOWN = (
    "reference",
    "case_reference",
    "area",
    "kind",
    "severity",
    "level",
    "state",
    "at",
    "score",
    "score_max_if_unknown",
    "grounds",
    "cues",
    "worsened",
    "reason",
    "responder_id",
    "expires_at",
    "action",
    "outcome",
    "channel",
)


class BadCursor(ValueError):
    """The text is no position in the stream."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position in the stream: after this event of this alert, at this time."""

    at: datetime
    reference: str = "-"
    event: str = "-"

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the position that a browser gives back.

        Raises:
            BadCursor: it was not written here.

        """
        try:
            moment, reference, event = text.split("/")
            at = datetime.fromisoformat(moment)
        except ValueError:
            raise BadCursor("this is no position in the stream") from None
        if _REFERENCE.fullmatch(reference) is None or event not in _NAMED:
            raise BadCursor("this names nothing that was in the stream")
        if at.tzinfo is None:
            raise BadCursor("a position in the stream has a time zone")
        return cls(at, reference, event)

    def __str__(self) -> str:
        return f"{self.at.isoformat(timespec='milliseconds')}/{self.reference}/{self.event}"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who is to be told: people by account, or everybody with a role in the area."""

    roles: frozenset[str]
    account_ids: frozenset[str]

    def includes(self, person: Person) -> bool:
        """Is she one of them?"""
        return person.role in self.roles or person.id in self.account_ids


@dataclass(frozen=True, slots=True)
class Change:
    """What happened; `audience` is None where the event itself does not say."""

    cursor: Cursor
    area: str
    audience: Audience | None
    text: str
    source_at: datetime | None = None

    @property
    def calls(self) -> bool:
        """Does it ask somebody to act?"""
        return self.cursor.event in CALLS

    def for_browser(self) -> ServerSentEvent:
        """Return it as an event of a stream."""
        return ServerSentEvent(self.text, event=self.cursor.event, id=str(self.cursor), sep="\n")


def heard(envelope: Envelope) -> Change:
    """Return the change that an event of the bus tells."""
    told = envelope.data
    return Change(
        Cursor(told["at"], told["alert_reference"], envelope.type),
        told["area"],
        _audience(told.get("audience")),
        _written({"reference": told["alert_reference"], **told}),
        told.get("source_at"),
    )


def found(alert: Mapping[str, Any]) -> Change:
    """Return the change that brought an alert, as notifications shows it, to where it stands."""
    return Change(
        Cursor(datetime.fromisoformat(alert["changed_at"]), alert["reference"], alert["event"]),
        alert["area"],
        _audience(alert["audience"]),
        _written({"at": alert["changed_at"], "worsened": _has_worsened(alert), **alert}),
    )


def may_see(person: Person, change: Change) -> bool:
    """Tell whether a change is for her: of her areas, and told to her or to those she manages."""
    if "*" not in person.areas and change.area not in person.areas:
        return False
    is_told = change.audience is not None and change.audience.includes(person)
    return person.role in MANAGERS or is_told


def _has_worsened(alert: Mapping[str, Any]) -> bool:
    """Did the last change raise the alert again with graver facts?"""
    is_raised_again = bool(alert["since"] == alert["changed_at"])
    return is_raised_again and alert["event"] == "alert_reassessed"


def _audience(told: Mapping[str, Any] | None) -> Audience | None:
    if told is None:
        return None
    return Audience(frozenset(told["roles"]), frozenset(told["account_ids"]))


def _written(facts: Mapping[str, Any]) -> str:
    """Return the coded facts that a browser gets, as JSON; who else is told is not among them."""
    shown = {name: facts[name] for name in SHOWN if name in facts}
    return json.dumps(shown, default=datetime.isoformat, separators=(",", ":"))
