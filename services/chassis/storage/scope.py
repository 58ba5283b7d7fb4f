"""What a principal may see, as filters of the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.chassis.auth import CASEWORKERS, Principal
from services.chassis.storage.queries import any_of

NOTHING: Mapping[str, Any] = {"_id": {"$in": []}}


def of_areas(principal: Principal, field: str) -> Mapping[str, Any]:
    """Return what casework staff may see: what names one of their areas in `field`; others none."""
    if principal.role not in CASEWORKERS:
        return NOTHING
    return {} if "*" in principal.areas else {field: any_of(principal.areas)}
