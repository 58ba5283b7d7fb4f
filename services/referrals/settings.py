"""The referrals service's own settings: areas that have a team, the matching key, the drill."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from environs import Env, EnvError
from marshmallow.validate import Length, Range

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
    """The areas that a referral may name, and the file of the HMAC key that matches her.

    `drill_every` is None where there are to be no drills.
    """

    areas: tuple[str, ...]
    blind_index_key: Path
    drill_every: timedelta | None


def read_referral_settings(env: Env | None = None) -> ReferralSettings:
    """Read `AREAS` (codes with commas; by default the partners') and `BLIND_INDEX_KEY_FILE`.

    `DRILL_EVERY_S` (60) is how many seconds lie between two drills; 0 means none.

    Raises:
        BadSettings: the key file is not named, no area is, or the seconds are no number.

    """
    env = env or Env()
    try:
        areas = env.list("AREAS", list(AREAS), validate=Length(min=1))
        seconds = env.float("DRILL_EVERY_S", 60, validate=Range(min=0))
        return ReferralSettings(
            areas=tuple(areas),
            blind_index_key=env.path("BLIND_INDEX_KEY_FILE"),
            drill_every=timedelta(seconds=seconds) if seconds else None,
        )
    except EnvError as error:
        raise BadSettings(f"{error}. See deploy/example.env for every setting.") from None
