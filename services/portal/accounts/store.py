"""The accounts of the portal: signing in and out, people, agencies, keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from services.chassis import clock
from services.chassis.storage.mongo import building
from services.portal.accounts import lockout
from services.portal.accounts.agencies import Agencies
from services.portal.accounts.devices import Devices
from services.portal.accounts.model import LockedOut, Person, SignIn, SignInRefused
from services.portal.accounts.passwords import Passwords
from services.portal.accounts.people import NewPerson, People, person, tidy_email
from services.portal.accounts.sessions import Sessions

Document = dict[str, Any]


class Accounts:
    """Everything that the portal keeps, in its own database; the main collection is `accounts`.

    `signed_in` is called with the outcome of each attempt: done, refused or locked_out.
    `sessions_ended` is set whenever a session ends before its time, `people_changed` whenever a
    person's account may be another one; who waits for one of them clears it.
    """

    def __init__(
        self,
        database: AsyncDatabase[Document],
        *,
        now: Callable[[], datetime] = clock.now,
        passwords: Passwords | None = None,
        signed_in: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._database = database
        self.people = People(database["accounts"])
        self.agencies = Agencies(database["accounts"])
        self.sessions = Sessions(database["sessions"])
        self.devices = Devices(database["devices"])
        self.attempts = lockout.Attempts(database["sign_in_attempts"])
        self.sessions_ended = asyncio.Event()
        self.people_changed = asyncio.Event()
        self._now = now
        self._passwords = passwords or Passwords()
        self._signed_in = signed_in

    async def build_indexes(self) -> None:
        """Build what is missing of the indexes."""
        await self._database.command("ping")  # with the usual patience, while building has no end
        for part in (self.people, self.agencies, self.sessions, self.devices, self.attempts):
            with building(type(part).__name__):
                await part.build_indexes()

    async def sign_in(
        self, email: str, password: str, address: str = "", device: str = ""
    ) -> SignIn:
        """Open a session for a person; `address` is where she comes from, `device` its token.

        Raises:
            SignInRefused: e-mail and password do not belong together.
            LockedOut: too many attempts failed; it says until when none is looked at.

        """
        try:
            done = await self._sign_in(tidy_email(email), password, address, device)
        except LockedOut:
            self._signed_in("locked_out")
            raise
        self._signed_in("refused" if done is None else "done")
        if done is None:
            raise SignInRefused("this e-mail address and this password do not belong together")
        return done

    async def sign_out(self, token: str) -> None:
        """End the session that a token opens."""
        if session := await self.sessions.find(token, self._now()):
            await self.sessions.end(session.id)
            self.sessions_ended.set()

    async def person(self, token: str, *, touch: bool = True) -> Person | None:
        """Return who is signed in with a token; `touch` keeps an idle session alive."""
        at = self._now()
        session = await self.sessions.find(token, at)
        account = await self.people.by_id(session.account_id) if session else None
        if session is None or account is None:
            return None
        if touch:
            await self.sessions.touch(session, at)
        return person(account, session)

    async def create_person(self, new: NewPerson, password: str) -> str:
        """Make an account and return its id.

        Raises:
            AccountTaken: the id or the e-mail address has one.

        """
        made = await self.people.create(new, await self._passwords.hash(password), self._now())
        self.people_changed.set()
        return made

    async def describe_person(self, new: NewPerson) -> bool:
        """Bring an account up to date and tell whether it exists.

        Whoever gets another role or area signs in anew, so that no open page keeps the old one.
        """
        account_id = await self.people.id_of(new.email)
        if account_id is None:
            return False
        if await self.people.describe(new):
            self.people_changed.set()
            await self._end_all(account_id)
        return True

    async def set_password(
        self, account_id: str, password: str, *, keep: str | None = None
    ) -> None:
        """Give an account another password and end its sessions, but for the one to `keep`."""
        await self.people.set_password(account_id, await self._passwords.hash(password))
        await self.devices.forget_all(account_id)
        await self._end_all(account_id, but=keep)

    async def close_account(self, account_id: str) -> None:
        """Let nobody use an account any more, from this moment."""
        await self.people.deactivate(account_id)
        self.people_changed.set()
        await self._end_all(account_id)

    async def change_password(self, who: Person, old: str, new: str) -> None:
        """Change a person's own password; her other sessions end.

        Raises:
            SignInRefused: the old password is not hers.
            LockedOut: too many attempts failed.

        """
        if await self._proved(who.email, old, lockout.by_session(who.session_id)) is None:
            raise SignInRefused("the old password is another one")
        await self.set_password(who.id, new, keep=who.session_id)

    async def set_locale(self, who: Person, locale: str) -> Person:
        """Let a person read another language from now on."""
        await self.people.set_locale(who.id, locale)
        self.people_changed.set()
        return replace(who, locale=locale)

    async def _end_all(self, account_id: str, *, but: str | None = None) -> None:
        await self.sessions.end_all(account_id, but=but)
        self.sessions_ended.set()

    async def _sign_in(self, email: str, password: str, address: str, device: str) -> SignIn | None:
        at = self._now()
        if await self.devices.knows(device, email, at):
            account = await self._proved(email, password, lockout.by_device(device))
        else:
            account = await self._proved_nearby(email, password, address)
            device = ""
        if account is None:
            return None
        token, session = await self.sessions.open(account["_id"], at)
        device = device or await self.devices.remember(account["_id"], email, at)
        return SignIn(token, person(account, session), device)

    async def _proved_nearby(self, email: str, password: str, address: str) -> Document | None:
        """Return the account of one whose device is not known, counting for her address as well."""
        nearby = lockout.by_address(address)
        if address:
            await self.attempts.begin(nearby, self._now())
        account = await self._proved(email, password, lockout.by_account(email))
        if account is not None and address:
            await self.attempts.take_back(nearby)
        return account

    async def _proved(self, email: str, password: str, mine: lockout.Counter) -> Document | None:
        """Return the account that the password belongs to, counting the attempt."""
        await self.attempts.begin(mine, self._now())
        account = await self.people.by_email(email)
        stored = account["password_hash"] if account else None
        if not await self._passwords.matches(password, stored):
            return None
        await self.attempts.forgive(mine)
        if stored is not None and account is not None and self._passwords.is_outdated(stored):
            renewed = await self._passwords.hash(password)
            await self.people.set_password(account["_id"], renewed)
        return account
