"""The notifications service's own settings: how long each step of an alert waits."""

from __future__ import annotations

from datetime import timedelta

from environs import Env, EnvError

from services.chassis.settings import BadSettings
from services.notifications.domain.errors import PolicyUnordered
from services.notifications.domain.escalation import (
    Policies,
    Policy,
    engagement_policy,
    high_risk_policy,
)


def read_policies(env: Env | None = None) -> Policies:
    """Read the waits of both ladders, in seconds; what is left out is as the product says.

    `ALERT_STEP_AFTER_S` (300) is between two rungs, `ALERT_REPEAT_EVERY_S` (900) between repeats of
    the last, `ALERT_ACKNOWLEDGEMENT_LASTS_S` (3600) until somebody must have acted,
    `ALERT_UNRESOLVED_AFTER_S` (86400) until an action on record is asked about. Engagement has
    `ENGAGEMENT_STEP_AFTER_S` (86400) and `ENGAGEMENT_ACKNOWLEDGEMENT_LASTS_S` (604800).

    Raises:
        BadSettings: one of them is no number, or not longer than nothing.

    """
    env = env or Env()
    try:
        return Policies(_high_risk(env), _engagement(env))
    except EnvError as error:
        raise BadSettings(f"{error}. See deploy/example.env for every setting.") from None
    except PolicyUnordered:
        raise BadSettings("each ALERT_*_S and ENGAGEMENT_*_S must be more than 0 seconds") from None


def _high_risk(env: Env) -> Policy:
    return high_risk_policy(
        step=timedelta(seconds=env.float("ALERT_STEP_AFTER_S", 300)),
        repeat=timedelta(seconds=env.float("ALERT_REPEAT_EVERY_S", 900)),
        acknowledgement=timedelta(seconds=env.float("ALERT_ACKNOWLEDGEMENT_LASTS_S", 3600)),
        unresolved=timedelta(seconds=env.float("ALERT_UNRESOLVED_AFTER_S", 86_400)),
    )


def _engagement(env: Env) -> Policy:
    lasts = env.float("ENGAGEMENT_ACKNOWLEDGEMENT_LASTS_S", 604_800)
    return engagement_policy(
        step=timedelta(seconds=env.float("ENGAGEMENT_STEP_AFTER_S", 86_400)),
        acknowledgement=timedelta(seconds=lasts),
    )
