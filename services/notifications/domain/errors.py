"""What this service refuses; the texts are for people and hold nothing identifying."""

from __future__ import annotations

from datetime import datetime


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
