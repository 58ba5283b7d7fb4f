"""The databases: do they answer, how fast, is there room, do the members agree."""

from __future__ import annotations

from deploy.grafana.boards.expressions import OVER, rate
from deploy.grafana.panels import Board, Line, figure, graph, row


def average(kind: str) -> Line:
    """Return the average time of one kind of operation, in seconds."""
    took = f"sum(rate(mongodb_ss_opLatencies_{kind}_latency[{OVER}]))"
    count = f"sum(rate(mongodb_ss_opLatencies_{kind}_ops[{OVER}]))"
    return Line(f"{took} / {count} / 1e6", kind)  # MongoDB counts in microseconds


NOW = row(
    "Now",
    figure(
        "Answers",
        "1 while the exporter reaches this server.",
        Line("min(mongodb_up)"),
        bad_from=1,
        low_is_bad=True,
    ),
    figure(
        "Members that are not well",
        "Members of the replica set that the others cannot reach.",
        Line("count(max by (member_idx) (mongodb_rs_members_health) == 0) or vector(0)"),
        bad_from=1,
    ),
    figure(
        "Connections left",
        "How many more connections the server would take.",
        Line('min(mongodb_ss_connections{conn_type="available"})'),
        bad_from=100,
        low_is_bad=True,
    ),
    figure(
        "Waiting for a lock",
        "Operations in a queue; for more than a moment this is wrong.",
        Line('max(mongodb_ss_globalLock_currentQueue{count_type="total"})'),
        bad_from=20,
    ),
)

WORK = row(
    "Work",
    graph(
        "Operations in a second",
        "All that the server was asked.",
        Line(rate("mongodb_ss_opcounters", "legacy_op_type"), "{{legacy_op_type}}"),
        unit="ops",
    ),
    graph(
        "Average time",
        "A write waits for its journal and for a majority of members.",
        average("reads"),
        average("writes"),
        average("commands"),
        unit="s",
    ),
    graph(
        "Documents in a second",
        "Returned, inserted, updated, deleted.",
        Line(rate("mongodb_ss_metrics_document", "doc_op_type"), "{{doc_op_type}}"),
        unit="ops",
    ),
    graph(
        "Reads without an index",
        "Each query of ours has an index: whole collections read are by hand, or wrong.",
        Line(rate("mongodb_ss_metrics_queryExecutor_collectionScans_total"), "collections read"),
        Line(rate("mongodb_ss_metrics_queryExecutor_scannedObjects"), "documents looked at"),
        unit="ops",
    ),
)

ROOM = row(
    "Room",
    graph(
        "Cache",
        "What is in the cache, what of it is not written yet, and how much may be.",
        Line("max(mongodb_ss_wt_cache_bytes_currently_in_the_cache)", "in the cache"),
        Line("max(mongodb_ss_wt_cache_tracked_dirty_bytes_in_the_cache)", "not written yet"),
        Line("max(mongodb_ss_wt_cache_maximum_bytes_configured)", "limit"),
        unit="bytes",
    ),
    graph(
        "Connections",
        "In use, and at work at this moment.",
        Line('max(mongodb_ss_connections{conn_type="current"})', "in use"),
        Line('max(mongodb_ss_connections{conn_type="active"})', "at work"),
    ),
    graph(
        "Behind the newest member",
        "How far each member's last write lies behind; a majority must be near nothing.",
        Line(
            "(scalar(max(mongodb_rs_members_optimeDate))"
            " - max by (member_idx) (mongodb_rs_members_optimeDate)) / 1000",
            "{{member_idx}}",
        ),
        unit="s",
    ),
)

BOARD = Board(
    uid="mongodb",
    title="MongoDB",
    says="The databases: do they answer, how fast, is there room, do the members agree.",
    rows=(NOW, WORK, ROOM),
)
