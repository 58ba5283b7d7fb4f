"""The notifications service's own settings: how long each step of an alert waits."""

from __future__ import annotations

import re
from datetime import timedelta

from environs import Env, EnvError

from services.chassis.settings import BadSettings
from services.notifications.domain.errors import PolicyUnordered
from services.notifications.domain.escalation import (
    Policies,
    Policy,
    high_risk_policy,
    other_policy,
)

ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?\Z")
LONGEST_WAIT_S = 90 * 86_400
LONGEST_ORIGIN = 46
"""So that a link fits an SMS beside what it is about."""


def read_policies(env: Env | None = None) -> Policies:
    """Read the waits of both ladders, in seconds; what is left out is as the product says.

    `ALERT_STEP_AFTER_S` (300) is between two rungs, `ALERT_REPEAT_EVERY_S` (900) between repeats of
    the last, `ALERT_ACKNOWLEDGEMENT_LASTS_S` (3600) until somebody must have acted,
    `ALERT_UNRESOLVED_AFTER_S` (86400) until an action on record is asked about. Engagement has
    `ENGAGEMENT_STEP_AFTER_S` (86400) and `ENGAGEMENT_ACKNOWLEDGEMENT_LASTS_S` (604800); so have
    referrals that wait and reviews.

    Raises:
        BadSettings: one of them is no number, or not longer than nothing.

    """
    env = env or Env()
    try:
        return Policies(_high_risk(env), _other(env))
    except EnvError as error:
        raise BadSettings(f"{error}. See deploy/example.env for every setting.") from None
    except PolicyUnordered:
        raise BadSettings("each ALERT_*_S and ENGAGEMENT_*_S must be more than 0 seconds") from None


def read_referral_wait(env: Env | None = None) -> timedelta:
    """Read `REFERRAL_WAITS_S` (86400): how long a referral may wait before somebody is told.

    Raises:
        BadSettings: it is no number, or not longer than nothing.

    """
    env = env or Env()
    try:
        seconds = env.float("REFERRAL_WAITS_S", 86_400)
    except EnvError as error:
        raise BadSettings(f"{error}. See deploy/example.env for every setting.") from None
    if not 0 < seconds <= LONGEST_WAIT_S:
        raise BadSettings("REFERRAL_WAITS_S must be more than 0 seconds and not more than 90 days")
    return timedelta(seconds=seconds)


def read_origin(env: Env | None = None) -> str:
    """Read `PORTAL_ORIGIN`, under which the links in messages lead to the portal.

    Raises:
        BadSettings: it is no origin, or so long that a link would not fit an SMS.

    """
    origin = (env or Env()).str("PORTAL_ORIGIN", "http://localhost:8080").rstrip("/")
    if not ORIGIN.match(origin) or len(origin) > LONGEST_ORIGIN:
        told = f"PORTAL_ORIGIN is https://host, of {LONGEST_ORIGIN} characters at most"
        raise BadSettings(told)
    return origin


def _high_risk(env: Env) -> Policy:
    return high_risk_policy(
        step=timedelta(seconds=env.float("ALERT_STEP_AFTER_S", 300)),
        repeat=timedelta(seconds=env.float("ALERT_REPEAT_EVERY_S", 900)),
        acknowledgement=timedelta(seconds=env.float("ALERT_ACKNOWLEDGEMENT_LASTS_S", 3600)),
        unresolved=timedelta(seconds=env.float("ALERT_UNRESOLVED_AFTER_S", 86_400)),
    )


def _other(env: Env) -> Policy:
    lasts = env.float("ENGAGEMENT_ACKNOWLEDGEMENT_LASTS_S", 604_800)
    return other_policy(
        step=timedelta(seconds=env.float("ENGAGEMENT_STEP_AFTER_S", 86_400)),
        acknowledgement=timedelta(seconds=lasts),
    )
