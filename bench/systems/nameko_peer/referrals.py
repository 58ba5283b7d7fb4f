"""Takes a referral in: one insert, one event."""

from __future__ import annotations

import json
from uuid import uuid4

from nameko.events import EventDispatcher
from nameko.web.handlers import http
from werkzeug.wrappers import Request

from bench.systems.nameko_peer.database import Mongo


class Referrals:
    """The service with the HTTP door."""

    name = "referrals"
    database = Mongo()
    dispatch = EventDispatcher()

    @http("POST", "/referrals")  # type: ignore[untyped-decorator]  # nameko has no types
    def submit(self, request: Request) -> tuple[int, str]:
        """Store a referral and tell of it."""
        referral = json.loads(request.get_data())
        referral_id = uuid4().hex
        self.database.referrals.insert_one({"_id": referral_id, **referral})
        event = {"referral_id": referral_id, "answers": referral["answers"]}
        self.dispatch("referral_submitted", event)
        return 201, json.dumps({"referral_id": referral_id})
