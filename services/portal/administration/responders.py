"""Having notifications erase what it keeps of a former member of staff."""

from __future__ import annotations

from http import HTTPStatus

from services.chassis.auth import Role
from services.portal.administration.asking import ask
from services.portal.administration.desk import CannotReach, Refused

DONE = frozenset({HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND})


def erase_responder(account_id: str) -> None:
    """Have notifications destroy the key of her record; of whom it knows nothing, nothing is left.

    Raises:
        Refused: she may still be called there.
        CannotReach: it does not answer, or a setting is missing.

    """
    status = ask("POST", f"/responders/{account_id}/erasure", Role.ADMIN).status_code
    if status == HTTPStatus.CONFLICT:
        raise Refused("notifications has not heard yet that she left: try again in ten seconds.")
    if status not in DONE:
        raise CannotReach(f"notifications answered {status}: nothing was erased; see its log.")
