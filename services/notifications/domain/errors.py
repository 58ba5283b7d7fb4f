"""What this service refuses; the texts are for people and hold nothing identifying."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """One part that needs another look: its place from the whole down, and what would be right.

    `code` and `params` say the same as `detail` for who shows it in another language.
    """

    path: tuple[str | int, ...]
    detail: str
    code: str = "invalid"
    params: Mapping[str, str | int] = field(default_factory=dict)

    def under(self, *outer: str | int) -> Fault:
        """Return it as a fault of a whole that holds the present one at this place."""
        return replace(self, path=(*outer, *self.path))


class AlertAlreadyRaised(Exception):
    """The case has an open alert of this kind, or this cause has raised one before."""


class AlertAlreadyResolved(Exception):
    """A resolved alert is final; a new assessment raises a new one."""

    def __init__(self) -> None:
        super().__init__("The alert is resolved. A new assessment raises a new alert.")


class AlertAlreadyAcknowledged(Exception):
    """Somebody else has taken the alert on; the refusal says who and since when."""

    def __init__(self, responder_id: str, at: datetime) -> None:
        super().__init__(f"Taken on by {responder_id} at {at.isoformat(timespec='seconds')}.")
        self.responder_id = responder_id
        self.at = at


class AlertNotAcknowledged(Exception):
    """An alert that nobody has taken on cannot be resolved."""

    def __init__(self) -> None:
        super().__init__("Acknowledge the alert before you resolve it.")


class AlertNotYours(Exception):
    """Only who has an alert can hand it over."""

    def __init__(self) -> None:
        super().__init__("You do not have this alert. Who has it can hand it over.")


class TestedJustNow(Exception):
    """A test was sent to each address already, within the last minutes."""

    def __init__(self) -> None:
        super().__init__("A test was sent to each of your addresses just now: look for that one.")


class LinkOver(Exception):
    """A link calls nobody any more: a later message has taken its place, or she has left."""

    def __init__(self) -> None:
        super().__init__("This link is over. Open the latest message, or sign in.")


class NobodyThere(Exception):
    """Nobody of this id works in the area of the alert."""

    def __init__(self) -> None:
        super().__init__("Nobody by this id can take alerts of this area on.")


class AlertWithoutAction(Exception):
    """An outcome that claims that something was done needs an action on record."""

    def __init__(self) -> None:
        super().__init__("Record what was done before you resolve the alert with this outcome.")


class ActionNeedsNote(Exception):
    """An action outside the list must say what it was."""

    def __init__(self) -> None:
        super().__init__("Say in a note what was done.")


class EpisodeContested(Exception):
    """Others kept changing the alerts of the case meanwhile; trying again later will do."""


class PolicyEnds(ValueError):
    """A policy would leave an open high-risk alert without a next step."""


class PolicyUnordered(ValueError):
    """A policy has no rung, or a wait that is not longer than nothing."""


class BadAddress(ValueError):
    """An address that its channel could not reach; the text says what would be right."""


class Unreachable(Exception):
    """Somebody who may be called keeps at least one way to be told."""

    def __init__(self) -> None:
        super().__init__("Keep at least one way to reach you.")


class ResponderActive(Exception):
    """The addresses of somebody who may be called cannot be erased."""

    def __init__(self) -> None:
        super().__init__("Close the account first: this person may still be called.")


class AreaNotYours(Exception):
    """Somebody asks about an area that is not one of hers."""

    def __init__(self) -> None:
        super().__init__("This is not one of your areas.")


class PolicyChanged(Exception):
    """Somebody else has saved the policy since it was read."""

    def __init__(self, version: str) -> None:
        super().__init__(f"The policy is {version} by now: read it, and decide again.")


class PolicyUnfit(ValueError):
    """A policy would not protect her; `faults` names every reason by its field."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(f"{len(faults)} parts of the policy need another look")
        self.faults = tuple(faults)


class RotaWrong(Exception):
    """A rota cannot be as it was told; `faults` are all that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{len(self.faults)} things are wrong with this rota.")


class RotaSavedMeanwhile(Exception):
    """Somebody else has saved the rota since it was read; the refusal says who."""

    def __init__(self, version: int, by: str) -> None:
        super().__init__(
            f"Version {version} of this rota was saved meanwhile, by {by}: "
            "read it again and make your change there."
        )


class RotaUnknown(Exception):
    """There is no such tier, or the area is no code."""

    def __init__(self) -> None:
        super().__init__("A rota is of an area and of responders, manager or duty_manager.")


class OverrideUnknown(Exception):
    """The rota has no override with this id."""

    def __init__(self) -> None:
        super().__init__("This rota has no such override. Was it taken back already?")
