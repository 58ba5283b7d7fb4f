"""The envelope that carries every event, and its form on the wire (JSON in UTF-8)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from services.contracts.vocabulary import TRACEPARENT, code, identifier


class Undecodable(Exception):
    """The bytes are not an envelope: not JSON, or a field of the envelope is missing or wrong."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a service wants to say, before it has an envelope.

    `type` and `version` name a contract of the catalogue; `data` holds the contract's fields as
    Python values. `event_id` is given only to what may be said again and must be heard once.
    """

    type: str
    version: int
    data: Mapping[str, Any]
    event_id: str | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """One event with what every reader needs to place it.

    `seq` counts the events of one aggregate from 1; `correlation_id` is shared by all that followed
    from one request; `causation_id` is the event that led to this one.
    """

    event_id: str
    type: str
    version: int
    occurred_at: datetime
    producer: str
    case_id: str
    seq: int
    correlation_id: str
    causation_id: str | None
    traceparent: str | None
    data: Mapping[str, Any]

    @property
    def routing_key(self) -> str:
        """Return the name on the wire, `<type>.v<version>`."""
        return f"{self.type}.v{self.version}"


class EnvelopeSchema(Schema):
    """The JSON form of an envelope; unknown fields are left out, so that it may grow."""

    class Meta:
        """Read what is known."""

        unknown = EXCLUDE

    event_id = identifier()
    type = fields.String(required=True, validate=validate.Regexp(r"^[a-z]+(_[a-z]+)+\Z"))
    version = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    occurred_at = fields.AwareDateTime(required=True)
    producer = code()
    case_id = identifier()
    seq = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    correlation_id = identifier()
    causation_id = identifier(allow_none=True)
    traceparent = fields.String(required=True, allow_none=True, validate=TRACEPARENT)
    data = fields.Dict(keys=fields.String(), required=True)


_ENVELOPE = EnvelopeSchema()


def encode(envelope: Envelope) -> str:
    """Return the envelope as JSON text; its data must already be JSON values."""
    return json.dumps(_ENVELOPE.dump(envelope), separators=(",", ":"), ensure_ascii=False)


def decode(body: bytes) -> Envelope:
    """Read an envelope from the wire.

    Raises:
        Undecodable: the body is no JSON, or no envelope. The message names fields, never values.

    """
    try:
        loaded = _ENVELOPE.loads(body.decode("utf-8"))
    except ValidationError as error:
        raise Undecodable(f"envelope fields at fault: {sorted(error.messages_dict)}") from None
    except ValueError:
        raise Undecodable("the body is not JSON in UTF-8") from None
    return Envelope(**loaded)
