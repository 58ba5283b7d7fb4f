"""Asking notifications by hand, as the portal does: with its own key, which makes it anybody."""

from __future__ import annotations

from typing import Any

import httpx
from environs import Env, EnvError

from services.chassis import clock
from services.chassis.auth import Role, issue, portal_itself, read_private_key
from services.chassis.traceparent import child_traceparent, trace_id
from services.portal.administration.desk import CannotReach

WITHIN_S = 10.0


def ask(method: str, path: str, role: Role, params: dict[str, str] | None = None) -> httpx.Response:
    """Return what notifications answers to somebody of this role who sees all areas.

    Raises:
        CannotReach: it does not answer, or a setting is missing.

    """
    env = Env()
    try:
        url = env.str("NOTIFICATIONS_URL").rstrip("/") + path
        headers = {"Authorization": f"Bearer {_token(env, role)}"}
        told: dict[str, Any] = {"params": params, "headers": headers}
        return httpx.request(method, url, timeout=WITHIN_S, trust_env=False, **told)
    except (EnvError, OSError, ValueError, TypeError):
        raise CannotReach(
            "set NOTIFICATIONS_URL, and TOKEN_PRIVATE_KEY_FILE to a file that you may read: only "
            "the portal may ask for this."
        ) from None
    except httpx.HTTPError as error:
        kind = type(error).__name__
        raise CannotReach(f"notifications does not answer ({kind}): nothing was done.") from None


def _token(env: Env, role: Role) -> str:
    key = read_private_key(env.path("TOKEN_PRIVATE_KEY_FILE").read_bytes())
    trace = trace_id(child_traceparent(None))
    return issue(portal_itself(trace, role), audience="notifications", key=key, now=clock.now())
