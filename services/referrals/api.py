"""The HTTP door: partner agencies refer and follow their referrals; the team triages them."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from services.chassis.auth import AGENCY, CASEWORKERS, Principal, Role, Unauthenticated
from services.chassis.ids import new_id, new_reference, read_reference
from services.chassis.web.entrypoint import Answer, Request, door
from services.referrals import schemas, usecases
from services.referrals.domain import errors
from services.referrals.domain.model import Actor, Referral
from services.referrals.repository import Referrals

SUBMITTERS = AGENCY | {Role.PRACTITIONER, Role.MANAGER}
REPLAY = {"Idempotent-Replay": "true"}

REFUSALS: Mapping[type[Exception], HTTPStatus] = {
    errors.AreaNotServed: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.AlreadySentWithOtherContent: HTTPStatus.CONFLICT,
    errors.ReferenceJustTaken: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.DecisionNotPossible: HTTPStatus.CONFLICT,
    errors.NotForAgencies: HTTPStatus.FORBIDDEN,
    errors.CaseNotFound: HTTPStatus.NOT_FOUND,
    errors.ClientErased: HTTPStatus.GONE,
}


class Api:
    """The doors that people and partner systems come through, by way of the portal."""

    refusals = REFUSALS
    parts: Any

    @door(
        "POST",
        "/referrals",
        roles=SUBMITTERS,
        body=schemas.SubmitReferral,
        answer=schemas.ReferralView,
        status=HTTPStatus.CREATED,
        summary="Refer a woman. Sent again with the same Idempotency-Key or agency_reference, it is"
        " the same referral.",
    )
    def submit_referral(self, request: Request) -> Any:
        """Take a referral in; what was stored before is answered with 200."""
        with self.parts.tally.refusals(REFUSALS):
            receipt = usecases.submit_referral(
                _referrals(self.parts, request),
                self.parts.strongbox,
                request.body,
                id=new_id(),
                reference=new_reference("R"),
                areas=self.parts.areas,
                by=_actor(request.principal),
                at=request.at,
                key=request.idempotency_key,
            )
        self.parts.tally.count(receipt)
        shown = self._shown(request, receipt.referral)
        return Answer(shown, headers=REPLAY) if receipt.is_replay else shown

    @door(
        "GET",
        "/referrals",
        roles=AGENCY | CASEWORKERS,
        query=schemas.ReferralsQuery,
        answer=schemas.ReferralList,
        summary="List referrals, the newest first: an agency's own, or those of the team's areas.",
    )
    def list_referrals(self, request: Request) -> Any:
        """Return a page of referrals."""
        asked = request.query
        page = _referrals(self.parts, request).listed(
            asked["status"], after=asked["after"], limit=asked["limit"]
        )
        return {"items": [self._shown(request, one) for one in page.items], "next": page.next}

    @door(
        "GET",
        "/referrals/<reference>",
        roles=AGENCY | CASEWORKERS,
        answer=schemas.ReferralView,
        reads_case=True,
        summary="Read what became of a referral.",
    )
    def read_referral(self, request: Request) -> Any:
        """Return one referral."""
        reference = read_reference(request.path["reference"])
        return self._shown(request, _referrals(self.parts, request).load(reference))

    @door(
        "POST",
        "/referrals/<reference>/decisions",
        roles=AGENCY | CASEWORKERS,
        body=schemas.DecideReferral,
        answer=schemas.ReferralView,
        status=HTTPStatus.CREATED,
        summary="Decide about a referral. Agencies may withdraw theirs and answer questions.",
    )
    def decide_referral(self, request: Request) -> Any:
        """Apply a decision."""
        with self.parts.tally.refusals(REFUSALS):
            referral = usecases.decide_referral(
                _referrals(self.parts, request),
                self.parts.strongbox,
                read_reference(request.path["reference"]),
                request.body["decision"],
                by=_actor(request.principal),
                at=request.at,
                reason_code=request.body["reason_code"],
                note=request.body["note"],
            )
        return self._shown(request, referral)

    @door(
        "GET",
        "/cases/<reference>/client",
        roles=CASEWORKERS,
        answer=schemas.ClientView,
        reads_case=True,
        summary="Read who she is, how to reach her, her children, whom she fears, and every"
        " referral of her case.",
    )
    def read_client(self, request: Request) -> Any:
        """Return what identifies her."""
        reference = read_reference(request.path["reference"])
        referrals = _referrals(self.parts, request)
        return usecases.read_client(referrals, self.parts.strongbox, reference)

    def _shown(self, request: Request, referral: Referral) -> Mapping[str, Any]:
        return usecases.shown_to(_actor(request.principal), referral, self.parts.strongbox)


def _referrals(parts: Any, request: Request) -> Referrals:
    referrals: Referrals = parts.referrals.under(request.context)
    return referrals


def _actor(principal: Principal) -> Actor:
    """Return who acts, and for which agency; an agency's role without an agency is nobody's."""
    if not principal.role.is_agency:
        return Actor(principal.id)
    if not principal.agency_id:
        raise Unauthenticated("the token of somebody of an agency must name the agency")
    return Actor(principal.id, principal.agency_id)
