"""A case in one answer, put together from what four services keep of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from services.chassis.auth import Principal
from services.portal.clients import Answer, Services

_TELLING = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the whole and where it comes from; a list's items stand for the list."""

    name: str
    service: str
    path: str
    params: Mapping[str, Any] | None = None
    is_list: bool = False


def parts(reference: str) -> tuple[Part, ...]:
    """Return what a case is put together from."""
    case = f"/cases/{reference}"
    return (
        Part("file", "sessions", case),
        Part("client", "referrals", f"{case}/client"),
        Part("assessments", "risk", f"{case}/assessments", {"limit": 10}, is_list=True),
        Part(
            "alerts", "notifications", "/alerts", {"case": reference, "state": "all"}, is_list=True
        ),
    )


async def compose(services: Services, reference: str, principal: Principal) -> Answer:
    """Return a case, asked of all services at once.

    A part that cannot be had is null and named in `missing`. Where none can be had, the most
    telling refusal is the answer: may not, else is not there, else does not answer.
    """
    wanted = parts(reference)
    answers = await asyncio.gather(*(_asked(services, part, principal) for part in wanted))
    given = {part.name: _value(part, answer) for part, answer in zip(wanted, answers, strict=True)}
    missing = sorted(name for name, value in given.items() if value is None)
    if given["file"] is None and given["client"] is None:
        return _most_telling(answers)
    whole = {"reference": reference, **given, "missing": missing}
    body = json.dumps(whole, ensure_ascii=False).encode()
    return Answer(HTTPStatus.OK, body, {"Content-Type": "application/json"})


async def _asked(services: Services, part: Part, principal: Principal) -> Answer:
    return await services.call(part.service, "GET", part.path, principal, params=part.params)


def _value(part: Part, answer: Answer) -> Any:
    if not answer.is_done:
        return None
    return answer.body.get("items", []) if part.is_list else answer.body


def _most_telling(answers: list[Answer]) -> Answer:
    refused = [answer for answer in answers if not answer.is_done]
    for status in _TELLING:
        for answer in refused:
            if answer.status == status:
                return answer
    return refused[0]
