"""The clock door: what happens without anybody's asking."""

from services.notifications.timers.calls import Placed
from services.notifications.timers.duty import DutyWatch
from services.notifications.timers.matters import MattersDue
from services.notifications.timers.steps import Steps

__all__ = ["Placed", "Timers"]


class Timers(Steps, DutyWatch, MattersDue):
    """The steps and calls of alerts, the watch over rotas, and what cases wait for."""
