"""The referrals service's own settings: the areas that have a team, and the matching key."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from environs import Env, EnvError
from marshmallow.validate import Length

from services.chassis.settings import BadSettings

AREAS = (
    "london-rbkc",
    "london-hf",
    "london-westminster",
    "cluj",
    "perugia",
    "budapest-13",
)


@dataclass(frozen=True, slots=True)
class ReferralSettings:
    """The areas that a referral may name, and the file of the HMAC key that matches her."""

    areas: tuple[str, ...]
    blind_index_key: Path


def read_referral_settings(env: Env | None = None) -> ReferralSettings:
    """Read `AREAS` (codes with commas; by default the partners') and `BLIND_INDEX_KEY_FILE`.

    Raises:
        BadSettings: the key file is not named, or no area is.

    """
    env = env or Env()
    try:
        areas = env.list("AREAS", list(AREAS), validate=Length(min=1))
        return ReferralSettings(tuple(areas), env.path("BLIND_INDEX_KEY_FILE"))
    except EnvError as error:
        raise BadSettings(f"{error}. See deploy/example.env for every setting.") from None
