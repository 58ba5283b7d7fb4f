"""Ids are there with a collector and without; spans never wait, and tell nothing that was typed."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from environs import Env

from services.chassis.context import fresh_context
from services.chassis.metrics import Metrics
from services.chassis.otlp import NAMES, Exporter
from services.chassis.settings import BadSettings, Collector, collector_of
from services.chassis.traceparent import (
    child_traceparent,
    current_traceparent,
    following,
    root_traceparent,
    trace_id,
)
from services.chassis.tracing import (
    ROOM,
    Facts,
    Finished,
    Kind,
    Recorder,
    Tracing,
    suitable,
    tracing_of,
)
from tests.support import until
from tests.support.collector import collecting

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
LOADED = """
import sys
import services.{package}
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""


class Kept:
    """An export that keeps what it is given."""

    def __init__(self) -> None:
        self.spans: list[Finished] = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def __call__(self, spans: Sequence[Finished]) -> bool:
        self.may_go_on.wait(10)
        self.spans += spans
        return True

    def close(self) -> None:
        self.may_go_on.set()


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics("risk")


@pytest.fixture
def recorder(kept: Kept, metrics: Metrics) -> Iterator[Recorder]:
    running = Recorder(1.0, metrics, kept, kept.close)
    yield running
    running.stop()


def counted(metrics: Metrics, outcome: str) -> float:
    return float(
        metrics.registry.get_sample_value("casework_spans_total", {"outcome": outcome}) or 0
    )


@pytest.mark.parametrize("package", ["chassis.process", "portal.app", "notifications.service"])
def test_what_sends_spans_is_not_loaded_unless_it_is_used(package: str) -> None:
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LOADED.format(package=package)], check=True
    )


def test_without_a_collector_the_trace_goes_on_all_the_same(metrics: Metrics) -> None:
    tracing = tracing_of("risk", None, metrics)
    assert type(tracing) is Tracing
    span = tracing.begin(Kind.SERVER, PARENT)
    assert trace_id(span.traceparent) == TRACE
    assert span.traceparent != PARENT
    span.end("GET /cases")


@pytest.mark.parametrize(
    "told",
    [
        None,
        "",
        "nonsense",
        f"{PARENT}\n",
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
    ],
)
def test_what_is_no_traceparent_begins_a_trace(
    told: str | None, recorder: Recorder, kept: Kept
) -> None:
    span = recorder.begin(Kind.SERVER, told)
    assert trace_id(span.traceparent) not in ("", TRACE)
    span.end("GET /cases")
    recorder.stop()
    assert [each.parent for each in kept.spans] == [""]


def test_a_span_is_a_child_of_what_it_followed_from(recorder: Recorder, kept: Kept) -> None:
    outer = recorder.begin(Kind.SERVER, PARENT)
    inner = recorder.begin(Kind.CLIENT, outer.traceparent)
    inner.end("ask risk", upstream="risk")
    outer.end("GET /cases", has_failed=True)
    recorder.stop()
    second, first = kept.spans
    assert (first.trace, first.parent, first.has_failed) == (TRACE, "00f067aa0ba902b7", True)
    assert (second.trace, second.parent, second.has_failed) == (TRACE, first.id, False)
    assert first.began_at <= second.began_at <= second.ended_at <= first.ended_at


def test_what_a_timer_begins_has_a_root(recorder: Recorder, kept: Kept) -> None:
    recorder.begin(Kind.PRODUCER, fresh_context().traceparent).end("publish case_closed.v1")
    recorder.begin(Kind.PRODUCER, root_traceparent(TRACE)).end("publish case_closed.v1")
    recorder.stop()
    assert [span.parent for span in kept.spans] == ["", ""]


def test_a_thread_follows_its_own_trace_and_no_other() -> None:
    seen: dict[int, list[str]] = {}
    together = threading.Barrier(8)

    def work(number: int) -> None:
        with following(child_traceparent(None)):
            mine = [current_traceparent()]
            together.wait(10)
            seen[number] = [*mine, fresh_context().traceparent]
        seen[number].append(current_traceparent())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(before == during and after == "" for before, during, after in seen.values())
    assert len({each[0] for each in seen.values()}) == 8


def test_a_share_is_the_same_traces_everywhere_whoever_asks(kept: Kept, metrics: Metrics) -> None:
    some, all_of_them = Recorder(0.25, metrics, kept, kept.close), Kept()
    every = Recorder(1.0, metrics, all_of_them, all_of_them.close)
    for flags in ("00", "01"):
        for number in range(200):
            parent = f"{child_traceparent(None)[:-2]}{flags}" if number else PARENT
            for recorder in (some, every):
                recorder.begin(Kind.SERVER, parent).end("GET /cases")
    some.stop()
    every.stop()
    assert len(all_of_them.spans) == 400
    wanted = {each.trace for each in all_of_them.spans if int(each.trace[16:], 16) < 2**62}
    assert {each.trace for each in kept.spans} == wanted
    assert 40 < len(wanted) < 160


def test_what_finds_no_room_is_dropped_and_counted(
    recorder: Recorder, kept: Kept, metrics: Metrics
) -> None:
    kept.may_go_on.clear()
    for _ in range(ROOM + 500):
        recorder.begin(Kind.SERVER, None).end("GET /cases")
    kept.may_go_on.set()
    recorder.stop(10)
    dropped = counted(metrics, "no_room")
    assert dropped > 0
    assert counted(metrics, "sent") == len(kept.spans) == ROOM + 500 - dropped


def test_to_stop_waits_for_nobody(recorder: Recorder, kept: Kept) -> None:
    kept.may_go_on.clear()
    recorder.begin(Kind.SERVER, None).end("GET /cases")
    recorder.stop(0.01)
    assert kept.may_go_on.is_set()


def test_what_somebody_typed_is_never_told(metrics: Metrics) -> None:
    with collecting() as collected:
        tracing = tracing_of(
            "risk", Collector(f"{collected.providers.url()}/v1/traces", 1.0), metrics
        )
        facts: Any = dict.fromkeys(Facts.__annotations__, "Maria Canary, 1 High Street")
        numbers = {name: 1 for name, kind in Facts.__annotations__.items() if "int" in str(kind)}
        tracing.begin(Kind.SERVER, PARENT).end("GET /Canary, Street", **facts | numbers)
        until(collected.spans)
        tracing.stop()
        (span,) = collected.spans()
    assert (span.service, span.name, span.trace) == ("risk", "unsuitable", TRACE)
    assert set(span.attributes.values()) == {"unsuitable", 1}
    assert "Canary" not in collected.text


def test_each_fact_has_a_name_for_collectors() -> None:
    assert Facts.__annotations__.keys() == NAMES.keys()
    assert not {"exception.message", "url.full", "url.query", "client.address"} & set(
        NAMES.values()
    )


@pytest.mark.parametrize(
    "name",
    ["GET /a/<reference>", "GET /x/{reference:path}", "publish risk_assessed.v1", "send email"],
)
def test_names_of_ours_are_told(name: str) -> None:
    assert suitable(name) == name


def test_an_exporter_that_breaks_costs_only_its_spans() -> None:
    exporter = Exporter("risk", "http://127.0.0.1:1/v1/traces")
    exporter.close()
    broken = Finished("GET /", Kind.SERVER, TRACE, "00f067aa0ba902b7", "", 1, 2, False, {})
    assert exporter.send([broken]) is False


def test_a_collector_is_named_by_the_settings_that_everybody_knows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert collector_of(Env()) is None
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/")
    assert collector_of(Env()) == Collector("http://collector:4318/v1/traces", 1.0)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://elsewhere/traces")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.1")
    assert collector_of(Env()) == Collector("https://elsewhere/traces", 0.1)
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert collector_of(Env()) is None


def test_an_address_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318")
    with pytest.raises(BadSettings, match="http"):
        collector_of(Env())
