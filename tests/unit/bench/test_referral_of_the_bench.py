"""What the bench sends: good referrals, of high risk, each of another woman."""

from __future__ import annotations

import json

from bench.systems import dash
from bench.systems.referral import body, number_in, referral
from services.referrals.domain.intake import matching_key
from services.referrals.schemas import SubmitReferral


def test_our_intake_takes_it() -> None:
    SubmitReferral().load(json.loads(body(7)))


def test_every_number_is_another_woman() -> None:
    taken = [SubmitReferral().load(referral(number)) for number in (1, 2, 11, 12, 14_001)]
    assert len({matching_key(intake.particulars.client) for intake in taken}) == len(taken)


def test_the_same_number_is_the_same_referral() -> None:
    assert body(1_234) == body(1_234)


def test_its_number_is_what_the_agency_is_told() -> None:
    assert number_in(referral(42)) == "42"


def test_the_peers_count_it_as_high_as_we_do() -> None:
    answers = referral(1)["answers"]
    assert dash.band(dash.score(answers)) == "high"


def test_bands_begin_where_the_rule_says() -> None:
    assert [dash.band(score) for score in (9, 10, 13, 14)] == [
        "standard",
        "medium",
        "medium",
        "high",
    ]
