"""Those who may be called: their records, and all who are active at hand for the hot path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import time
from time import monotonic
from typing import Any, ClassVar

from services.chassis.auth import CASEWORKERS, Principal, Role
from services.chassis.crypto import Erased
from services.chassis.logs import describe, get_logger
from services.chassis.storage.aggregates import Repository
from services.chassis.storage.mongo import Document, Index, Shape
from services.chassis.storage.queries import any_of
from services.chassis.storage.scope import NOTHING
from services.notifications.domain.responders import (
    Channel,
    Medium,
    Method,
    Preferences,
    Responder,
)
from services.notifications.domain.staff import Account, Staff, key_name, record_id
from services.notifications.repository.last_known import AtHand, StaleReads

_CLEAR = ("role", "locale", "time_zone", "is_active")
_log = get_logger(__name__)

ACTIVE = Shape("responders_active", index="active", equal=("is_active",))


class Responders(Repository[Staff]):
    """One record an account. Her name and every address are one sealed value; the rest is clear.

    They are sealed with a key of her own in the vault of this service, `staff:<account id>`.
    """

    collection = "responders"
    SHAPES: ClassVar[tuple[Shape, ...]] = (ACTIVE,)
    INDEXES: ClassVar[tuple[Index, ...]] = (Index("active", (("is_active", 1),)),)

    def scope(self, principal: Principal) -> Mapping[str, Any]:
        """Return what somebody may see or change: her own; all, as the portal itself."""
        if principal.role is Role.ADMIN:
            return {}
        return {"account_id": principal.id} if principal.role in CASEWORKERS else NOTHING

    def everybody(self) -> list[Staff]:
        """Return every record, of those who are no longer active too; no damaged one."""
        found = self._documents.find({"is_active": any_of([True, False])})
        return list(self._readable(list(found)))

    def active(self) -> list[Document]:
        """Return the documents of those who are active, sealed as they are."""
        return list(self._documents.find({"is_active": True}))

    def destroy_keys(self, account_id: str, erasures: int) -> None:
        """Destroy the keys of what has been erased."""
        for before in range(erasures):
            self.runtime.vault.destroy(key_name(account_id, before))

    def document(self, root: Staff) -> Document:
        """Return a record as fields."""
        account = root.account
        return {
            "account_id": account.id,
            "areas": list(account.areas),
            **{name: getattr(account, name) for name in _CLEAR},
            "uses_email": root.uses_email,
            "methods": [{"id": each.id, "channel": each.channel.value} for each in root.added],
            "preferences": _stored(root.preferences),
            "erasures": root.erasures,
            "sealed": self._sealed(root),
        }

    def root(self, document: Mapping[str, Any]) -> Staff:
        """Return the record that a document holds, open; of an erased one only what is clear."""
        opened = self._opened(document["sealed"])
        account = Account(
            id=document["account_id"],
            display_name=opened["display_name"],
            email=opened["email"],
            areas=tuple(document["areas"]),
            **{name: document[name] for name in _CLEAR},
        )
        return Staff(
            account=account,
            uses_email=document["uses_email"],
            added=tuple(_methods(document["methods"], opened["addresses"])),
            preferences=_preferences(document["preferences"]),
            erasures=document["erasures"],
        )

    def _sealed(self, root: Staff) -> Any:
        account, addresses = root.account, {each.id: each.address for each in root.added}
        if not (account.display_name or account.email or addresses):
            return None
        told = {"display_name": account.display_name, "email": account.email}
        sealed = self.runtime.vault.seal(root.key_name, told | {"addresses": addresses})
        return sealed.stored()

    def _opened(self, sealed: bytes | None) -> Mapping[str, Any]:
        nothing = {"display_name": "", "email": "", "addresses": {}}
        if sealed is None:
            return nothing
        try:
            opened: Mapping[str, Any] = self.runtime.vault.open(sealed)
        except Erased:
            return nothing
        return opened


class Directory:
    """All who are active, open and at hand, at most some two seconds old.

    While the database is away those who were known last are returned. Before any could be read the
    error is raised: nobody must be taken for unknown because nothing is known.
    """

    def __init__(
        self,
        responders: Responders,
        stale: StaleReads,
        tick: Callable[[], float] = monotonic,
    ) -> None:
        def opened(document: Document) -> Responder:
            return responders.read(document).responder

        self._known = AtHand("responders", responders.active, opened, stale, tick)

    def of_ids(self, ids: Iterable[str]) -> list[Responder]:
        """Return those with these account ids who are active, in this order."""
        found = (self._known.get(record_id(each)) for each in dict.fromkeys(ids))
        return [each for each in found if each is not None]

    def of_role(self, role: str, area: str) -> list[Responder]:
        """Return everybody active with a role who covers an area."""
        return [each for each in self.everybody() if each.role == role and each.covers(area)]

    def strangers(self, ids: Iterable[str]) -> set[str]:
        """Return those of these account ids that belong to nobody active."""
        return set(ids) - {each.id for each in self.everybody()}

    def there(self, area: str, ids: Sequence[str]) -> Sequence[str]:
        """Return those of some people who can be called in an area.

        All of them where nobody at all can be read, or is known yet.
        """
        try:
            if self.everybody():
                return [each.id for each in self.of_ids(ids) if each.covers(area)]
        except Exception as error:
            _log.warning("directory_unknown", kind=describe(error))
        return ids

    def everybody(self) -> list[Responder]:
        """Return everybody active."""
        return self._known.all()


def _methods(stored: Sequence[Mapping[str, str]], addresses: Mapping[str, str]) -> Iterable[Method]:
    for each in stored:
        if each["id"] in addresses:
            yield Method(each["id"], Channel(each["channel"]), addresses[each["id"]])


def _stored(preferences: Preferences) -> Document:
    moments = ("digest_at", "quiet_from", "quiet_until")
    told = {name: f"{getattr(preferences, name):%H:%M}" for name in moments}
    return {"medium": preferences.medium.value, **told}


def _preferences(stored: Mapping[str, str]) -> Preferences:
    moments = {name: time.fromisoformat(told) for name, told in stored.items() if name != "medium"}
    return Preferences(medium=Medium(stored["medium"]), **moments)
