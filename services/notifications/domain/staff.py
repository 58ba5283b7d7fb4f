"""What is kept of somebody who may be called: her account, and what she has chosen herself.

The account is told by the portal and replaced as a whole; methods and preferences are hers. The
e-mail address of the account is her first method by itself, and she may turn it off only while
another one remains. Who is no longer active keeps her record, since alerts name her.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from services.notifications.domain.errors import ResponderActive, Unreachable
from services.notifications.domain.responders import Channel, Method, Preferences, Responder

ACCOUNT = "account"
"""The id of the method that is the e-mail address of the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody as the portal knows her; `areas` ("*",) means all."""

    id: str
    display_name: str
    role: str
    areas: tuple[str, ...]
    email: str
    locale: str = "en"
    time_zone: str = "Europe/London"
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Wanted:
    """A method that somebody wants; `id` is of one that she has, which may change its address."""

    channel: Channel
    address: str
    id: str | None = None


Decision = tuple["Staff", Sequence[object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One record; `erasures` counts how often her name and addresses were erased."""

    account: Account
    uses_email: bool = True
    added: tuple[Method, ...] = ()
    preferences: Preferences = field(default_factory=Preferences)
    erasures: int = 0

    @property
    def id(self) -> str:
        """Return the id of the record."""
        return record_id(self.account.id)

    @property
    def reference(self) -> str:
        """Return the id: nobody types it."""
        return self.id

    @property
    def case_id(self) -> str:
        """Return the id: a record belongs to no case."""
        return self.id

    @property
    def key_name(self) -> str:
        """Return the name of the key that seals her name and addresses; another after an erasure.

        Who had the old key at hand must not seal with it what nobody could open.
        """
        return key_name(self.account.id, self.erasures)

    @property
    def methods(self) -> tuple[Method, ...]:
        """Return how she is told, besides in her inbox: first by the account's e-mail address."""
        is_first = self.uses_email and bool(self.account.email)
        first = (Method(ACCOUNT, Channel.EMAIL, self.account.email),) if is_first else ()
        return (*first, *self.added)

    @property
    def responder(self) -> Responder:
        """Return her as she is called."""
        account = self.account
        return Responder(
            id=account.id,
            display_name=account.display_name,
            role=account.role,
            areas=account.areas,
            locale=account.locale,
            time_zone=account.time_zone,
            is_active=account.is_active,
            methods=self.methods,
            preferences=self.preferences,
        )

    def described(self, account: Account) -> Decision:
        """Take in what the portal tells of her; of one who is not active only that."""
        return (replace(self, account=account) if account.is_active else self._inactive()), ()

    def retired(self) -> Decision:
        """Call her no more; what she has chosen stays until it is erased."""
        return self._inactive(), ()

    def with_methods(self, wanted: Sequence[Wanted], ids: Sequence[str]) -> Decision:
        """Be told in these ways from now on, in this order; `ids` has one for each that is new.

        A method keeps its id while its address changes; one without an id is known by its address.

        Raises:
            Unreachable: none would be left.

        """
        uses_email = any(each.id == ACCOUNT for each in wanted)
        added = tuple(self._settled(wanted, ids, uses_email=uses_email))
        if not (uses_email or added):
            raise Unreachable
        return replace(self, uses_email=uses_email, added=added), ()

    def with_preferences(self, preferences: Preferences) -> Decision:
        """Want other things for what is not high risk."""
        return replace(self, preferences=preferences), ()

    def erased(self) -> Decision:
        """Forget her name and every address; her id, role and areas stay.

        Raises:
            ResponderActive: she may still be called.

        """
        if self.account.is_active:
            raise ResponderActive
        if not self._holds_something:
            return self, ()
        blank = replace(self.account, display_name="", email="")
        cleared = replace(self, account=blank, uses_email=True, added=())
        return replace(cleared, erasures=self.erasures + 1), ()

    @property
    def _holds_something(self) -> bool:
        return bool(self.account.display_name or self.account.email or self.added)

    def _inactive(self) -> Staff:
        return replace(self, account=replace(self.account, is_active=False))

    def _settled(
        self, wanted: Sequence[Wanted], ids: Sequence[str], *, uses_email: bool
    ) -> Iterator[Method]:
        """Yield each wanted address once, under the id that it has or a new one."""
        named = {each.id for each in wanted} & {method.id for method in self.added}
        known = {_place(method): method.id for method in self.added if method.id not in named}
        seen = {(Channel.EMAIL, self.account.email)} if uses_email else set()
        for each, fresh in zip(wanted, ids, strict=True):
            if each.id == ACCOUNT or _place(each) in seen:
                continue
            seen.add(_place(each))
            is_hers = each.id in named
            named.discard(each.id)
            kept = each.id if is_hers and each.id else known.get(_place(each), fresh)
            yield Method(kept, each.channel, each.address)


def record_id(account_id: str) -> str:
    """Return the id of the record of an account."""
    return f"staff:{account_id}"


def key_name(account_id: str, erasures: int) -> str:
    """Return the name of the key that sealed an account's record after so many erasures."""
    return record_id(account_id) + (f":{erasures}" if erasures else "")


def _place(method: Method | Wanted) -> tuple[Channel, str]:
    return method.channel, method.address
