"""By what an alert is known to be that of a referral, and that tokens do not grow old."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.systems.ours import Token, traced_number
from bench.systems.peers import referral_id
from deploy.local.keys import ensure_keys


def test_the_trace_of_our_alert_is_the_number_of_the_referral() -> None:
    event = {"traceparent": f"00-{77:032x}-00f067aa0ba902b7-01", "data": {}}
    assert traced_number(json.dumps(event).encode()) == "77"


def test_a_peer_gives_the_same_id_in_answer_and_alert() -> None:
    assert referral_id(b'{"referral_id": "ab", "score": 15}') == referral_id(
        b'{"referral_id": "ab"}'
    )


def test_a_token_is_used_again_until_it_is_a_quarter_of_its_life_old(tmp_path: Path) -> None:
    began = datetime(2026, 3, 2, tzinfo=UTC)
    age = [0.0]
    token = Token(ensure_keys(tmp_path), lambda: began + timedelta(seconds=age[-1]))
    told = []
    for seconds in (0, 14, 16, 30):
        age.append(seconds)
        told.append(token.fresh())
    assert told[0] == told[1] != told[2] == told[3]
