"""What this service refuses; the texts are for people and hold nothing identifying."""

from __future__ import annotations


class CaseAlreadyClosed(Exception):
    """Nothing more is recorded on a closed case."""

    def __init__(self) -> None:
        super().__init__(
            "This case is closed. Reopen its referral, or submit a new one: "
            "either opens the case again, and then this can be recorded."
        )


class CaseAlreadyAllocated(Exception):
    """A practitioner may take a case only while nobody has it."""

    def __init__(self) -> None:
        super().__init__("A colleague has this case already. Ask a manager to allocate it to you.")


class AllocationNotHers(Exception):
    """Only a manager allocates a case to somebody else."""

    def __init__(self) -> None:
        super().__init__("You may take a case yourself; ask a manager to give it to a colleague.")


class ClosureNotHers(Exception):
    """A case is closed by the practitioner who has it, or by a manager."""

    def __init__(self) -> None:
        super().__init__("Only the allocated practitioner or a manager may close this case.")


class SessionAlreadyRecorded(Exception):
    """The same practitioner has a session at the same moment on the file."""

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"Your session at this time is on the file as {reference}. "
            f'To change what it says, record it again with "corrects": "{reference}".'
        )


class SessionNotOnFile(Exception):
    """Only a session of this case that still stands can be corrected."""

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"There is no session {reference} on this case, or a later correction has replaced it. "
            "Read the sessions of the case again and correct the one that stands."
        )


class PlaceUnknown(Exception):
    """The `after` of a list names nothing that is in the list."""

    def __init__(self) -> None:
        super().__init__("This list has no such place: begin again without `after`.")
