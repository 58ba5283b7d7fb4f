"""The HTTP door: one file for each thing that people come for."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

from services.notifications.api import alerts, duty, links, notices, policies, responders
from services.notifications.api.alerts import AlertDoors
from services.notifications.api.duty import DutyDoors
from services.notifications.api.figures import FigureDoors
from services.notifications.api.links import LinkDoors
from services.notifications.api.notices import NoticeDoors
from services.notifications.api.policies import PolicyDoors
from services.notifications.api.responders import ResponderDoors


class Api(AlertDoors, NoticeDoors, LinkDoors, FigureDoors, ResponderDoors, PolicyDoors, DutyDoors):
    """The doors that people come through, by way of the portal."""

    refusals: ClassVar[Mapping[type[Exception], HTTPStatus]] = {
        **alerts.REFUSALS,
        **notices.REFUSALS,
        **links.REFUSALS,
        **responders.REFUSALS,
        **policies.REFUSALS,
        **duty.REFUSALS,
    }
