"""What is to be seen of this service from outside."""

from services.notifications.tally.alerts import Messages, Tally
from services.notifications.tally.watches import MatterFigures, RotaFigures

__all__ = ["MatterFigures", "Messages", "RotaFigures", "Tally"]
