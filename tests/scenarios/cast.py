"""The people of a scenario: who they are, how they are reached, and what they do at the doors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import httpx

from tests.scenarios.outside import Message

if TYPE_CHECKING:
    from tests.scenarios.story import Story

ACCOUNT = {"id": "account"}
MANAGERS = {"manager", "duty_manager"}
ROLES = {"ana": "practitioner", "bea": "practitioner", "maya": "manager", "dora": "duty_manager"}


@dataclass(eq=False)
class Person:
    """Somebody of the area of a story; what she does returns nothing and is refused to nobody.

    Where a refusal is the point, `tries` returns the answer.
    """

    story: Story = field(repr=False)
    name: str
    role: str
    areas: tuple[str, ...]
    locale: str = "en"
    time_zone: str = "Europe/London"
    is_active: bool = True
    addresses: list[tuple[str, str]] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Return the id of her account."""
        return f"{self.name}-{self.story.mark}"

    @property
    def email(self) -> str:
        """Return the e-mail address of her account."""
        return f"{self.name}.{self.story.mark}@team.example"

    @property
    def account(self) -> dict[str, Any]:
        """Return her account as the portal tells it."""
        return {
            "id": self.id,
            "display_name": self.name.capitalize(),
            "role": self.role,
            "areas": list(self.areas),
            "email": self.email,
            "locale": self.locale,
            "time_zone": self.time_zone,
            "is_active": self.is_active,
        }

    @property
    def principal(self) -> dict[str, Any]:
        """Return who she is at a door."""
        return {"role": self.role, "id": self.id, "area": self.areas}

    def is_reached_by(self, *ways: tuple[str, str], email: bool = True) -> None:
        """Have her choose her addresses: (channel, address), and the mail of her account."""
        self.addresses = list(ways)
        chosen = [{"channel": channel, "address": address} for channel, address in ways]
        wanted = [*([ACCOUNT] if email else []), *chosen]
        _done(self.asks("PUT", "/responders/me/methods", json={"methods": wanted}))
        self.story.world.rest()

    def mends(self, channel: str, address: str) -> None:
        """Have her change her address of a channel, the only one that she has, in its place."""
        (known,) = _done(self.asks("GET", "/responders/me"))["methods"]
        mended = {"id": known["id"], "channel": channel, "address": address}
        self.addresses = [(channel, address)]
        _done(self.asks("PUT", "/responders/me/methods", json={"methods": [mended]}))
        self.story.world.rest()

    def prefers(self, medium: str, *, digest_at: str = "08:00", quiet: str = "20:00-08:00") -> None:
        """Have her choose when she is told of what is not high risk."""
        begins, _, ends = quiet.partition("-")
        hours = {"digest_at": digest_at, "quiet_from": begins, "quiet_until": ends}
        _done(self.asks("PUT", "/responders/me/preferences", json={"medium": medium, **hours}))
        self.story.world.rest()

    def acknowledges(self) -> None:
        """Take the alert on."""
        _done(self.tries("acknowledgements"))

    def acts(self, kind: str = "contacted", **more: Any) -> None:
        """Record what she did."""
        _done(self.tries("actions", kind=kind, **more))

    def resolves(self, outcome: str = "made_safer") -> None:
        """End the alert."""
        _done(self.tries("resolution", outcome=outcome))

    def sees(self) -> None:
        """Have it shown in her open inbox."""
        _done(self.story.is_shown_to(self))

    def hands_over(self, to: Person) -> None:
        """Ask a colleague to take it on."""
        _done(self.tries("handover", to=to.id))

    def asks_for_a_test(self) -> None:
        """Have a test message sent to each of her addresses."""
        _done(self.asks("POST", "/notices/tests"))

    def opens(self, message: Message) -> dict[str, Any]:
        """Follow the link of a message, as a scanner of mails does too."""
        return _done(self.story.follows(message))

    def answers(self, message: Message) -> dict[str, Any]:
        """Take the alert on by the link of a message."""
        return _done(self.story.answers(message))

    def tries(self, what: str, **body: Any) -> httpx.Response:
        """Do something to the alert, and return what she is answered."""
        path = f"/alerts/{self.story.reference}/{what}"
        return self.asks("POST", path, json=body)

    def inbox(self) -> Sequence[str]:
        """Return the references of the open alerts in her inbox."""
        return [each["reference"] for each in _done(self.asks("GET", "/alerts"))["items"]]

    def asks(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Come to a door."""
        return self.story.world.ask(method, path, self.principal, **options)


def _done(answer: httpx.Response) -> Any:
    assert answer.is_success, f"{answer.status_code}: {answer.text}"
    return answer.json() if answer.content else None
