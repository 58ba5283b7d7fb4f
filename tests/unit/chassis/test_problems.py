"""Problems name every fault by its place, and repeat nothing that was sent."""

from __future__ import annotations

import json
from http import HTTPStatus

from marshmallow import Schema, fields, validate

from services.chassis.web.problems import Problem, invalid, slug_of


class Child(Schema):
    """A nested object."""

    status = fields.String(required=True, validate=validate.OneOf(["kinship"]))


class Form(Schema):
    """Something with each kind of nesting."""

    name = fields.String(required=True)
    children = fields.List(fields.Nested(Child))
    answers = fields.Dict(keys=fields.String(), values=fields.String(validate=validate.Length(1)))


class ReferralAlreadyClosed(Exception):
    """A refusal."""


SENT = {"children": [{}, {"status": "canary"}], "answers": {"injury/1": ""}, "canary": 1}


def test_every_fault_is_named_at_once_by_its_place() -> None:
    problem = invalid(Form().validate(SENT))
    assert [fault.pointer for fault in problem.faults] == [
        "#/answers/injury~11",
        "#/canary",
        "#/children/0/status",
        "#/children/1/status",
        "#/name",
    ]
    assert {fault.code for fault in problem.faults} == {"missing", "unknown", "invalid"}
    assert problem.status == HTTPStatus.UNPROCESSABLE_ENTITY


def test_a_problem_does_not_repeat_values() -> None:
    body = invalid(Form().validate({"name": {"given": "Canary-7"}})).body("abc")
    assert "Canary-7" not in json.dumps(body)
    assert body["trace"] == "abc"


def test_a_refusal_has_the_slug_of_its_class() -> None:
    assert slug_of(ReferralAlreadyClosed()) == "referral-already-closed"
    title = Problem(HTTPStatus.CONFLICT, slug_of(ReferralAlreadyClosed)).body("")["title"]
    assert title == "Referral already closed"
