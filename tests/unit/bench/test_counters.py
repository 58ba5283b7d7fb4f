"""The broker's own count is read out of what it prints."""

from __future__ import annotations

from bench.counters import OVERVIEW, counters, taken

PRINTED = """\
#{[{protocol,amqp091}] =>
      #{consumers => 4,messages_confirmed_total => 0,
        messages_received_total => 120,publishers => 3},
  [{protocol,amqp091},{queue_type,rabbit_classic_queue}] =>
      #{messages_acknowledged_total => 7,
        messages_delivered_total => 8},
  [{protocol,amqp091},{queue_type,rabbit_quorum_queue}] =>
      #{messages_acknowledged_total => 100}}
"""


def control(*arguments: str) -> str:
    assert arguments == ("eval", OVERVIEW)
    return PRINTED


def test_messages_of_publishers_are_counted() -> None:
    assert taken(control) == 120


def test_all_kinds_of_queue_count_together() -> None:
    assert counters(PRINTED)["messages_acknowledged_total"] == 107
