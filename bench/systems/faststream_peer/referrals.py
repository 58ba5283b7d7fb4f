"""Takes a referral in: one insert, one event."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from os import environ
from uuid import uuid4

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bench.systems.faststream_peer.parts import events_of, new_broker, new_database

broker = new_broker()
database = new_database("referrals")
referral_submitted = broker.publisher(
    exchange=events_of("referrals"), routing_key="referral_submitted", persist=True
)


async def submit(request: Request) -> JSONResponse:
    """Store a referral and tell of it."""
    referral = await request.json()
    referral_id = uuid4().hex
    await database.referrals.insert_one({"_id": referral_id, **referral})
    event = {"referral_id": referral_id, "answers": referral["answers"]}
    await referral_submitted.publish(event)
    return JSONResponse({"referral_id": referral_id}, status_code=201)


@asynccontextmanager
async def with_broker(_app: Starlette) -> AsyncIterator[None]:
    """Be connected while the application runs."""
    async with broker:
        await broker.start()
        yield


app = Starlette(routes=[Route("/referrals", submit, methods=["POST"])], lifespan=with_broker)

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(environ["PORT"]), access_log=False)
