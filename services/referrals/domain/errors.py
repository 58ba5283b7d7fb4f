"""What this service refuses; the texts are for people and hold nothing identifying."""

from __future__ import annotations


class AreaNotServed(Exception):
    """The referral names an area that no team covers, so nobody would be told of it."""

    def __init__(self, served: tuple[str, ...]) -> None:
        super().__init__(f"No team covers this area. The areas are: {', '.join(served)}.")


class AlreadySentWithOtherContent(Exception):
    """A key or reference that belongs to one referral came again with different content."""

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key or agency_reference was used before with other content, and that"
            " referral stands. Repeat exactly the same content, or send a new referral with a new"
            " key and reference."
        )


class ReferenceJustTaken(Exception):
    """The random reference drawn for a new referral belongs to another; a new try draws anew."""

    def __init__(self) -> None:
        super().__init__("Nothing was stored. Please send the referral again.")


class DecisionNotPossible(Exception):
    """A referral in this status does not take this decision."""

    def __init__(self, status: str, possible: tuple[str, ...]) -> None:
        now = status.replace("_", " ")
        what = f"what can be decided now: {', '.join(possible)}" if possible else "nothing is open"
        super().__init__(f"The referral is {now}; {what}.")


class NotForAgencies(Exception):
    """A partner agency asked for a decision that the outreach team takes."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(f"Agencies decide only this: {', '.join(allowed)}.")


class CaseNotFound(Exception):
    """There is no such case, or none that this person may see."""

    def __init__(self) -> None:
        super().__init__("There is no case with this reference that you may see.")


class ClientErased(Exception):
    """Who she was has been erased on request or by retention."""

    def __init__(self) -> None:
        super().__init__("What identified her has been erased; codes and counts remain.")
