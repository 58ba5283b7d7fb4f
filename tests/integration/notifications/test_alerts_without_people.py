"""An area in which nobody works: the alert climbs until somebody sees it, and a figure tells."""

from __future__ import annotations

from tests.integration.notifications.alerts_in_use import Case, Notifications, Person
from tests.support import until
from tests.support.measured import measured

EVERYWHERE = Person("dunja", "duty_manager", "*")
OLDEST = "casework_notifications_oldest_unacknowledged_seconds"


def test_where_nobody_works_whoever_is_on_duty_for_all_areas_is_told(
    hurried: Notifications,
) -> None:
    alert = hurried.raised(Case(area="nowhere"))
    told = until(lambda: at_the_top(hurried, alert), within=20)
    assert told["audience"]["roles"] == ["practitioner", "manager", "duty_manager"]
    listed = [found["reference"] for found in hurried.items(EVERYWHERE)]
    assert alert["reference"] in listed


def test_where_nobody_answers_at_all_a_figure_grows(hurried: Notifications) -> None:
    hurried.raised(Case(area="nowhere"))
    first = until(lambda: measured(hurried.url, OLDEST), within=20)
    until(lambda: (measured(hurried.url, OLDEST) or 0) > first + 5, within=30)


def at_the_top(hurried: Notifications, alert: dict) -> dict | None:
    """Return the alert once its last rung has been told."""
    now = hurried.read(alert, EVERYWHERE)
    return now if now["level"] == 3 else None
