"""Staff at their desks: signed in by the form, as people are, and again whenever they must."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from tests.chaos.caller import Caller

_CSRF = re.compile(r'name="csrf" value="([^"]+)"')


class Person(Caller):
    """Somebody of the outreach team; `account` is one of the demonstration's, with its password."""

    def __init__(
        self, portals: Sequence[str], over: threading.Event, account: Mapping[str, Any]
    ) -> None:
        super().__init__(portals, over, {})
        self.id: str = account["id"]
        self.areas: tuple[str, ...] = tuple(account["areas"])
        self._form = {"email": account["email"], "password": account["password"]}
        self._is_signed_in = False

    @property
    def cookies(self) -> httpx.Cookies:
        """Return what her browser shows a portal."""
        return self._doors[0].cookies

    def ask(self, method: str, path: str, *arguments: Any, **options: Any) -> httpx.Response:
        """Return the answer to a request; see `Caller.ask`."""
        while not self._is_signed_in and not self._over.is_set():
            self._sign_in()
        return super().ask(method, f"/api/v1{path}", *arguments, **options)

    def items(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Return what is on the first page of a list; nothing where she is refused."""
        answer = self.ask("GET", path, **query)
        found: list[dict[str, Any]] = answer.json()["items"] if answer.is_success else []
        return found

    def _refused(self) -> None:
        self._sign_in()

    def _sign_in(self) -> None:
        """Sign in once, and show the same cookie and token at every door."""
        try:
            answer = self._door().post("/sign-in", data=self._form)
            token = _CSRF.search(self._door().get("/account").text)
        except httpx.TransportError:
            answer, token = None, None
        if answer is None or answer.status_code != 303 or token is None:
            self._next += 1
            self._over.wait(0.5)
            return
        kept = {cookie.name: cookie.value or "" for cookie in self._door().cookies.jar}
        for door in self._doors:
            door.cookies = httpx.Cookies(kept)
            door.headers["X-CSRF-Token"] = token[1]
        self._is_signed_in = True
