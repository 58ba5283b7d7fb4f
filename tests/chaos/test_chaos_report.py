"""Figures are reckoned from the ledger: only of what was sent while all was well."""

from __future__ import annotations

import json
from pathlib import Path

from tests.chaos.book_examples import ALERT, NOW, REFERRAL, Run, well
from tests.chaos.books import Books
from tests.chaos.ledger import Ledger, read
from tests.chaos.report import Report, latencies_ms, quantile


def timed(sent_at: float, shown_at: float) -> tuple[Run, Books]:
    """Return a run with one referral, all well from second 10 to second 20."""
    run = well()
    run.ledger[0] |= {"sent_at": sent_at}
    run.add("shown", alert=ALERT, what="alert_raised", shown_at=shown_at)
    run.ledger.append({"kind": "recovered", "at": 10.0})
    run.ledger.append({"kind": "fault", "what": "begins", "fault": "kill bus", "at": 20.0})
    return run, Books(at=NOW, **run.books)


def test_a_referral_sent_while_all_was_well_counts_from_sending_to_the_inbox() -> None:
    run, books = timed(12.0, 12.25)
    assert list(latencies_ms(run.ledger, books)) == [250.0]


def test_one_that_took_until_after_the_next_fault_counts_all_the_same() -> None:
    run, books = timed(12.0, 22.0)
    assert list(latencies_ms(run.ledger, books)) == [10_000.0]


def test_one_sent_under_a_fault_or_just_before_it_does_not_count() -> None:
    for sent_at in (9.0, 19.5, 21.0):
        run, books = timed(sent_at, sent_at + 0.2)
        assert not list(latencies_ms(run.ledger, books))


def reported(run: Run) -> Report:
    books = Books(at=NOW, **run.books)
    return Report.of(run.ledger, books, run.found(), seed=7, faults=3, max_recovery_s=1.25)


def test_the_report_is_one_line_of_json_and_clean_only_without_violations() -> None:
    run = well()
    told = json.loads(reported(run).as_json())
    assert told.items() >= {"accepted": 1, "lost": 0, "faults": 3, "seed": 7}.items()
    assert reported(run).is_clean
    run.books["referrals"].clear()
    assert reported(run).lost
    assert not reported(run).is_clean


def test_a_quantile_of_nothing_is_nothing() -> None:
    assert (quantile([], 99), quantile([5.0], 99)) == (0, 5.0)
    assert quantile([float(each) for each in range(101)], 99) == 99


def test_a_ledger_is_readable_up_to_the_line_in_which_the_rig_died(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.write("referral", reference=REFERRAL)
    with ledger.path.open("a") as torn:
        torn.write('{"kind": "sess')
    assert [entry["reference"] for entry in read(ledger.path)] == [REFERRAL]
