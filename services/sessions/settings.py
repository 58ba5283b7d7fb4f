"""The sessions service's own settings: each area's rule for missed sessions."""

from __future__ import annotations

from collections.abc import Iterator

from environs import Env, EnvError
from marshmallow.validate import Range

from services.chassis.settings import BadSettings
from services.sessions.domain.engagement import Rule, Rules


def read_rules(env: Env | None = None) -> Rules:
    """Read how many sessions missed in a row make a lapse.

    `ENGAGEMENT_LAPSES_AT` is the usual number (2), `ENGAGEMENT_LAPSES_AT_BY_AREA` that of single
    areas, written `cluj=3,perugia=4`.

    Raises:
        BadSettings: one of them is no number, or below 1.

    """
    env = env or Env()
    try:
        usual = env.int("ENGAGEMENT_LAPSES_AT", 2, validate=Range(min=1))
    except EnvError as error:
        raise BadSettings(f"{error}. See deploy/example.env for every setting.") from None
    by_area = env.str("ENGAGEMENT_LAPSES_AT_BY_AREA", "")
    return Rules(Rule(usual), {area: Rule(number) for area, number in _numbers(by_area)})


def _numbers(text: str) -> Iterator[tuple[str, int]]:
    for part in filter(None, text.split(",")):
        area, _, number = part.partition("=")
        if not number.strip().isdecimal() or int(number) < 1:
            raise BadSettings("ENGAGEMENT_LAPSES_AT_BY_AREA is written cluj=3,perugia=4")
        yield area.strip(), int(number)
