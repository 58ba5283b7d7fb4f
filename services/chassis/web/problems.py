"""Problems as RFC 9457 tells them: what is wrong, field by field, and never what was sent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from services.chassis.logs import SafeMessage

MEDIA_TYPE = "application/problem+json"
_CAMEL = re.compile(r"(?<!^)(?=[A-Z])")
_CODES = {"Missing data for required field.": "missing", "Unknown field.": "unknown"}
_WORDS = {
    "Missing data for required field.": "This is required.",
    "Unknown field.": "There is no such field: remove it, or check its spelling.",
    "Field may not be null.": "This may not be null: leave it out if there is nothing to say.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One field at fault; `pointer` is a JSON pointer as a URI fragment, `#/client/born_on`.

    `params` fill the gaps of a sentence that somebody else has for `code`, in any language.
    """

    pointer: str
    code: str
    detail: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Return it as a problem lists it."""
        told = {"pointer": self.pointer, "code": self.code, "detail": self.detail}
        return told | ({"params": dict(self.params)} if self.params else {})


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, for a caller; `slug` is stable, `detail` is a sentence for a person."""

    status: HTTPStatus
    slug: str
    detail: str = ""
    faults: tuple[Fault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, trace: str) -> dict[str, Any]:
        """Return the JSON object of the problem."""
        found: dict[str, Any] = {
            "type": f"/problems/{self.slug}",
            "title": self.slug.replace("-", " ").capitalize(),
            "status": int(self.status),
            "detail": self.detail,
            "trace": trace,
        }
        if self.faults:
            found["errors"] = [fault.body() for fault in self.faults]
        return found


class Refused(SafeMessage):
    """A request is refused with a problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.slug)
        self.problem = problem


def slug_of(error: BaseException | type[BaseException]) -> str:
    """Return the slug of an error's class: ReferralAlreadyClosed → referral-already-closed."""
    kind = error if isinstance(error, type) else type(error)
    return _CAMEL.sub("-", kind.__name__).lower()


def invalid(messages: Any) -> Problem:
    """Return the problem for what marshmallow found: every fault at once."""
    return faulty(_faults(messages, "#"))


def faulty(told: Iterable[Fault]) -> Problem:
    """Return the problem for what is wrong with fields: every fault at once."""
    faults = tuple(sorted(told, key=lambda fault: fault.pointer))
    count = "1 field needs" if len(faults) == 1 else f"{len(faults)} fields need"
    detail = f"{count} another look; nothing was stored."
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid-input", detail, faults)


def pointer_to(path: Iterable[str | int]) -> str:
    """Return the pointer to a field from its names and places, from the whole down."""
    return "/".join(["#", *map(_escape, path)])


def _faults(messages: Any, pointer: str) -> Iterator[Fault]:
    if isinstance(messages, Mapping):
        for key, nested in messages.items():
            yield from _faults(nested, pointer if _is_frame(key) else f"{pointer}/{_escape(key)}")
    elif isinstance(messages, list | tuple):
        for item in messages:
            yield from _faults(item, pointer)
    else:
        text = str(messages)
        yield Fault(pointer, _CODES.get(text, "invalid"), _WORDS.get(text, text))


def _is_frame(key: Any) -> bool:
    """Is this key marshmallow's own, not a field: a whole schema, or a dict's key and value?"""
    return key in {"_schema", "key", "value"}


def _escape(key: Any) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")
