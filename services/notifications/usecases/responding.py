"""What may be done with the records of those who are called; ids are arguments."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Protocol

from services.notifications.domain.errors import AreaNotYours
from services.notifications.domain.responders import Preferences, Responder
from services.notifications.domain.staff import Account, Decision, Staff, Wanted, record_id

Change = Callable[[], Staff]


class Responders(Protocol):
    """Where records are kept; `change` decides again when another write came first."""

    def everybody(self) -> list[Staff]:
        """Return every record, of those who are no longer active too."""

    def load(self, key: str) -> Staff:
        """Return the record with this id."""

    def change(self, key: str, decide: Callable[[Staff], Decision]) -> Staff:
        """Load a record, decide, and save what was decided; nothing where nothing changed."""

    def open_or_change(self, fresh: Decision, decide: Callable[[Staff], Decision]) -> Staff:
        """Keep a new record, or change the one that is there."""

    def destroy_keys(self, account_id: str, erasures: int) -> None:
        """Destroy the keys of what has been erased."""


class Directory(Protocol):
    """Those who are active, at hand."""

    def everybody(self) -> Iterable[Responder]:
        """Return all of them."""


def take_in(
    responders: Responders, told: Sequence[Account], everybody: Collection[str] | None
) -> None:
    """Bring the records to what the portal tells; what is as it was is not written.

    `everybody` are the ids of all who are active: who is not among them is retired. Somebody who is
    not active and has no record gets none.
    """
    known = {staff.account.id: staff for staff in responders.everybody()}
    failures: list[Exception] = []
    for change in (*_changes(responders, known, told), *_ends(responders, known, everybody)):
        try:
            change()
        except Exception as error:
            # One record that cannot be changed must not keep the others from being told.
            failures.append(error)
    if failures:
        raise failures[0]


def choose_methods(
    responders: Responders, account_id: str, wanted: Sequence[Wanted], ids: Sequence[str]
) -> Staff:
    """Let somebody be told in these ways from now on; `ids` has one for each that is new."""
    return responders.change(record_id(account_id), lambda staff: staff.with_methods(wanted, ids))


def choose_preferences(responders: Responders, account_id: str, preferences: Preferences) -> Staff:
    """Let somebody be told otherwise of what is not high risk."""
    return responders.change(
        record_id(account_id), lambda staff: staff.with_preferences(preferences)
    )


def read_own(responders: Responders, account_id: str) -> Staff:
    """Return somebody's own record."""
    return responders.load(record_id(account_id))


def erase_methods(responders: Responders, account_id: str) -> None:
    """Forget the name and every address of somebody who is no longer active, backups included.

    Done again it destroys again: a process may have ended between the two.
    """
    staff = responders.change(record_id(account_id), Staff.erased)
    responders.destroy_keys(account_id, staff.erasures)


def list_reachable(
    directory: Directory, area: str | None, areas: Collection[str]
) -> list[Responder]:
    """Return those who may be called in an area, or in any of `areas`, by name.

    Raises:
        AreaNotYours: `area` is not among them.

    """
    if area is not None and not {area, "*"} & set(areas):
        raise AreaNotYours
    wanted = {area} if area is not None else set(areas)
    found = (each for each in directory.everybody() if _meets(each, wanted))
    return sorted(found, key=lambda each: (each.display_name, each.id))


def _meets(responder: Responder, areas: Collection[str]) -> bool:
    return "*" in areas or any(responder.covers(area) for area in areas)


def _changes(
    responders: Responders, known: Mapping[str, Staff], told: Sequence[Account]
) -> Iterator[Change]:
    for account in told:
        staff = known.get(account.id)
        if staff is None and account.is_active:
            fresh = Staff(account=account)
            yield partial(responders.open_or_change, (fresh, ()), _describing(account))
        elif staff is not None and staff.described(account)[0] != staff:
            yield partial(responders.change, staff.id, _describing(account))


def _ends(
    responders: Responders, known: Mapping[str, Staff], everybody: Collection[str] | None
) -> Iterator[Change]:
    if everybody is None:
        return
    for staff in known.values():
        if staff.account.is_active and staff.account.id not in everybody:
            yield partial(responders.change, staff.id, Staff.retired)


def _describing(account: Account) -> Callable[[Staff], Decision]:
    return lambda staff: staff.described(account)
