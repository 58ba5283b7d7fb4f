"""Write the description of the public API: `python -m deploy.openapi`.

What each door takes and gives comes from the services' own declarations, who may use it from the
portal's table, so neither can say something that is not so. A house test fails while the written
document is stale.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields

from services.chassis.auth import CASEWORKERS
from services.chassis.web.entrypoint import Door
from services.portal.access import Allowed
from services.portal.accounts import Scope
from services.portal.doors import DOORS, PREFIX, PublicDoor

DOCUMENT = Path(__file__).resolve().parents[1] / "services" / "portal" / "static" / "openapi.json"
SERVICES = ("referrals", "risk", "sessions", "notifications")
ABOUT = """Refer a woman, follow what became of the referral, and for casework staff: work on cases
and alerts.

**Sign in.** Partner systems send `Authorization: Bearer ttp_…`, an API key that the platform's
administrators give out once; it expires after a year at the latest, and two may be alive while one
is changed for the other. People use the session of their browser; their writes also need the
header `X-CSRF-Token`.

**Twice is once.** Send an `Idempotency-Key` of your own (up to 200 characters) with each write. The
same key with the same content is answered as the first time; with other content it is refused
(409). After a time-out or a 503, send the same again with the same key.

**What goes wrong** is told as a problem (RFC 9457, `application/problem+json`). `type` is stable
and for programs, `detail` is for people, `errors` names every field at fault by JSON pointer, and
`trace` is what to quote when you ask us. Nothing is stored of a request that is refused.

**Limits.** A body is JSON of at most 256 KiB. Who asks too fast is answered 429 and told by
`Retry-After` when to come again.

**Words.** A referral is received, accepted, declined with a reason, engaged or closed; more than
that an agency is not told. References such as `R-7F3K-9QX6` hold a check character and may be typed
in any case.
"""
REFUSALS: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "The request cannot be read.",
    HTTPStatus.UNAUTHORIZED: "There is no API key or session, or it is not accepted; it says why.",
    HTTPStatus.FORBIDDEN: "Not for this role, scope or area.",
    HTTPStatus.NOT_FOUND: "There is none, or it is not yours to see.",
    HTTPStatus.CONFLICT: "It does not fit what has happened already.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is longer than 256 KiB.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "The body is not JSON.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Fields need another look; `errors` names each one.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many requests; `Retry-After` says when to come again.",
    HTTPStatus.SERVICE_UNAVAILABLE: "A part of the platform is silent; send the same again.",
}
VARIABLE = re.compile(r"\{(\w+)\}")
VARIABLES = {"reference": "C-7F3K-9QX6", "area": "london-rbkc", "kind": "high_risk"}
READING = (400, 401, 403, 404, 429, 503)
WRITING = (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
OWNERS = {
    "referrals": "Referrals and who she is",
    "risk": "Risk",
    "sessions": "Cases and sessions",
    "notifications": "Alerts",
}


class FaultSchema(Schema):
    """One field at fault."""

    pointer = fields.String(metadata={"example": "#/client/born_on"})
    code = fields.String()
    detail = fields.String()
    params = fields.Dict(keys=fields.String())


class ProblemSchema(Schema):
    """What went wrong (RFC 9457)."""

    type = fields.String(metadata={"example": "/problems/invalid-input"})
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    trace = fields.String()
    errors = fields.List(fields.Nested(FaultSchema))


def document() -> dict[str, Any]:
    """Return the OpenAPI document of the public API."""
    spec = APISpec(
        title="Turning the Page",
        version="1",
        openapi_version="3.1.0",
        info={"description": ABOUT},
        plugins=[MarshmallowPlugin(schema_name_resolver=_component)],
        servers=[{"url": PREFIX}],
        tags=[{"name": name} for name in OWNERS.values()],
    )
    _describe_common(spec)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Multiple schemas resolved to the name")
        for door in DOORS:
            spec.path(door.path, operations={door.method.lower(): _operation(door)})
        spec.path("/cases/{reference}", operations={"get": _case()})
        spec.path("/alerts/stream", operations={"get": _stream()})
    return _let_answers_grow(spec.to_dict())


def declared(service: str) -> dict[tuple[str, str], Door]:
    """Return the doors that a service declares, by method and path as OpenAPI writes them."""
    api = import_module(f"services.{service}.api").Api
    return {
        (door.method, door.url.replace("<", "{").replace(">", "}")): door
        for door in _entrypoints(api)
    }


def written() -> str:
    """Return the document as it is kept in the repository.

    To JSON Schema the end of a text is `$`, and what Python writes for it is a letter.
    """
    text = json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
    return text.replace('\\\\Z"', '$"')


def main() -> None:
    """Write the document where the portal serves it from."""
    DOCUMENT.write_text(written(), encoding="utf-8")


def _entrypoints(api: type[object]) -> Iterator[Door]:
    for member in (each for room in api.__mro__ for each in vars(room).values()):
        for entrypoint in getattr(member, "nameko_entrypoints", ()):
            if isinstance(entrypoint, Door):
                yield entrypoint


def _component(schema: Any) -> str:
    """Name a schema for its service, as several services have words in common."""
    kind = schema if isinstance(schema, type) else type(schema)
    owner = kind.__module__.split(".")[1] if kind.__module__.startswith("services.") else ""
    name = kind.__name__.removesuffix("Schema")
    return f"{owner}.{name}" if owner in SERVICES else name


def _let_answers_grow(made: dict[str, Any]) -> dict[str, Any]:
    """Let answers have fields that are not told here yet; bodies may not."""
    bodies: set[str] = set()
    waiting = [door["requestBody"] for door in _operations(made) if "requestBody" in door]
    schemas = made["components"]["schemas"]
    while waiting:
        named = {name for name in _references(waiting.pop()) if name not in bodies}
        bodies |= named
        waiting += [schemas[name] for name in named]
    for name, schema in schemas.items():
        if name not in bodies:
            schema.pop("additionalProperties", None)
    return made


def _operations(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in made["paths"].values() for operation in path.values()]


def _references(part: Any) -> set[str]:
    """Return the names of the schemas that a part of the document refers to."""
    if isinstance(part, list):
        return set().union(*map(_references, part))
    if not isinstance(part, dict):
        return set()
    own = {part["$ref"].rpartition("/")[2]} if "$ref" in part else set()
    return own.union(*map(_references, part.values()))


def _describe_common(spec: APISpec) -> None:
    spec.components.schema("Problem", schema=ProblemSchema)
    for status, text in REFUSALS.items():
        content = {"application/problem+json": {"schema": "Problem"}}
        spec.components.response(str(int(status)), {"description": text, "content": content})
    bearer = {"type": "http", "scheme": "bearer", "description": "An API key, `ttp_…`."}
    spec.components.security_scheme("apiKey", bearer)
    session = {"type": "apiKey", "in": "cookie", "name": "ttp_session"}
    spec.components.security_scheme("session", session)
    key = {
        "schema": {"type": "string", "maxLength": 200},
        "description": "Makes a repeat harmless.",
    }
    spec.components.parameter("Idempotency-Key", "header", key)


def _operation(public: PublicDoor) -> dict[str, Any]:
    door = declared(public.service)[(public.method, public.path)]
    parameters: list[Any] = [_in_path(name) for name in VARIABLE.findall(public.path)]
    if door.query is not None:
        parameters.append({"in": "query", "schema": door.query})
    operation = _described(public.allowed, door.summary, OWNERS[public.service])
    if public.method != "GET":
        parameters.append("Idempotency-Key")
    if door.body is not None:
        content = {"application/json": {"schema": door.body}}
        operation["requestBody"] = {"required": True, "content": content}
    operation["parameters"] = parameters
    operation["responses"] = _answers(int(door.status), door.answer, public.method)
    return operation


def _described(allowed: Allowed, summary: str, tag: str) -> dict[str, Any]:
    security: list[dict[str, list[str]]] = [{"session": []}]
    who = f"People: {', '.join(sorted(allowed.roles))}."
    if allowed.scope is not None:
        security.insert(0, {"apiKey": []})
        who = f"API keys with the scope `{Scope(allowed.scope).value}`. {who}"
    return {"summary": summary, "description": who, "tags": [tag], "security": security}


def _answers(status: int, answer: Any, method: str) -> dict[str, Any]:
    done: dict[str, Any] = {"description": "Done."}
    if answer is not None:
        done["content"] = {"application/json": {"schema": answer}}
    refusals = READING if method == "GET" else WRITING
    return {str(status): done, **{str(refusal): str(refusal) for refusal in refusals}}


def _in_path(name: str = "reference") -> dict[str, Any]:
    example = {"type": "string", "example": VARIABLES[name]}
    return {"in": "path", "name": name, "required": True, "schema": example}


def _case() -> dict[str, Any]:
    summary = "Read a case whole: its file, who she is, its latest assessments and its alerts."
    operation = _described(Allowed(CASEWORKERS), summary, OWNERS["sessions"])
    operation["description"] += (
        " A part that cannot be had just now is null and named in `missing`."
    )
    operation["parameters"] = [_in_path()]
    operation["responses"] = _answers(HTTPStatus.OK, _case_schema(), "GET")
    return operation


def _case_schema() -> type[Schema]:
    parts = {
        "file": fields.Nested(_answer_of("sessions", "/cases/{reference}"), allow_none=True),
        "client": fields.Nested(
            _answer_of("referrals", "/cases/{reference}/client"), allow_none=True
        ),
        "assessments": _items_of("risk", "/cases/{reference}/assessments"),
        "alerts": _items_of("notifications", "/alerts"),
    }
    common = {"reference": fields.String(), "missing": fields.List(fields.String())}
    return type("Case", (Schema,), {**common, **parts, "__module__": __name__})


def _answer_of(service: str, path: str) -> Any:
    return declared(service)[("GET", path)].answer


def _items_of(service: str, path: str) -> Any:
    """Return the field for the items of a list that a service answers with."""
    return _answer_of(service, path)().fields["items"]


def _stream() -> dict[str, Any]:
    summary = "Follow alerts as they happen, as server-sent events."
    operation = _described(Allowed(CASEWORKERS), summary, OWNERS["notifications"])
    operation["description"] += (
        " Each event has its name (`alert_raised`, `alert_escalated`, …) and JSON as its data."
        " Its id is where a reconnection goes on from, by the header `Last-Event-ID` or the"
        " parameter `last_event_id`: nothing that has happened meanwhile is left out."
    )
    resumed = {"in": "query", "name": "last_event_id", "schema": {"type": "string"}}
    operation["parameters"] = [resumed]
    stream = {"text/event-stream": {"schema": {"type": "string"}}}
    refusals = {str(status): str(status) for status in (400, 401, 403, 429)}
    operation["responses"] = {"200": {"description": "Open.", "content": stream}, **refusals}
    return operation


if __name__ == "__main__":
    main()
