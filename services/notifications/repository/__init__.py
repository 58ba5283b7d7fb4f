"""What this service keeps: documents and back, indexes, who sees which."""

from services.notifications.repository.alerts import Alerts
from services.notifications.repository.allocations import Allocations
from services.notifications.repository.drills import Drills
from services.notifications.repository.last_known import StaleReads
from services.notifications.repository.matters import Matters
from services.notifications.repository.notes import Notes
from services.notifications.repository.notices import Notices
from services.notifications.repository.policies import AreaPolicies, PoliciesNow
from services.notifications.repository.responders import Directory, Responders
from services.notifications.repository.rotas import Duty, Rotas

__all__ = [
    "Alerts",
    "Allocations",
    "AreaPolicies",
    "Directory",
    "Drills",
    "Duty",
    "Matters",
    "Notes",
    "Notices",
    "PoliciesNow",
    "Responders",
    "Rotas",
    "StaleReads",
]
