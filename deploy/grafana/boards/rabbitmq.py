"""The bus: is there room, who is connected, what waits in which queue."""

from __future__ import annotations

from deploy.grafana.boards.expressions import rate
from deploy.grafana.panels import Board, Line, figure, graph, row

EVENTS = r"[a-z]+\\..+\\.v[0-9]+"  # how queues of events are called; PromQL takes one backslash
ASIDE = r".+\\.(dead-letters|retry\\..+)"

ROOM = row(
    "Room",
    figure(
        "Alarms",
        "1: RabbitMQ takes nothing from anybody until there is room again.",
        Line("max(rabbitmq_alarms_memory_used_watermark)", "memory"),
        Line("max(rabbitmq_alarms_free_disk_space_watermark)", "disk"),
        bad_from=1,
    ),
    figure(
        "Memory in use",
        "Of the memory at which it takes nothing more.",
        Line("max(rabbitmq_process_resident_memory_bytes / rabbitmq_resident_memory_limit_bytes)"),
        unit="percentunit",
        bad_from=0.8,
    ),
    figure(
        "Disk above the limit",
        "What is free beyond that at which it takes nothing more.",
        Line(
            "min(rabbitmq_disk_space_available_bytes - rabbitmq_disk_space_available_limit_bytes)"
        ),
        unit="bytes",
        bad_from=1e9,
        low_is_bad=True,
    ),
    figure(
        "Connections",
        "Each process of ours has several.",
        Line("sum(rabbitmq_connections)"),
        bad_from=1,
        low_is_bad=True,
    ),
)

QUEUES = row(
    "Queues",
    graph(
        "Ready, queue by queue",
        "Messages that wait for a consumer; only queues in which something waits are drawn.",
        Line("max by (queue) (rabbitmq_detailed_queue_messages_ready) > 0", "{{queue}}"),
    ),
    graph(
        "Taken and not answered, queue by queue",
        "Messages that a consumer has in hand.",
        Line("max by (queue) (rabbitmq_detailed_queue_messages_unacked) > 0", "{{queue}}"),
    ),
    graph(
        "Queues without a consumer",
        "Queues of events that nobody takes from; retries and dead letters have none by intent.",
        Line(
            f'max by (queue) (rabbitmq_detailed_queue_consumers{{queue=~"{EVENTS}"}}) == 0',
            "{{queue}}",
        ),
    ),
    graph(
        "Dead letters and retries",
        "What lies in queues of dead letters and on the retry ladder.",
        Line(f'max by (queue) (rabbitmq_detailed_queue_messages{{queue=~"{ASIDE}"}})', "{{queue}}"),
    ),
)

TRAFFIC = row(
    "Traffic",
    graph(
        "Messages in a second",
        "Received, confirmed to publishers, delivered, acknowledged by consumers.",
        Line(rate("rabbitmq_global_messages_received_total"), "received"),
        Line(rate("rabbitmq_global_messages_confirmed_total"), "confirmed"),
        Line(rate("rabbitmq_global_messages_delivered_total"), "delivered"),
        Line(rate("rabbitmq_global_messages_acknowledged_total"), "acknowledged"),
        unit="ops",
    ),
    graph(
        "Delivered again",
        "A consumer ended, or lost its connection, before it answered.",
        Line(rate("rabbitmq_global_messages_redelivered_total"), "delivered again"),
        unit="ops",
    ),
    graph(
        "Without a queue",
        "Returned: told to the publisher, who says it again. Dropped must stay at nothing.",
        Line(rate("rabbitmq_global_messages_unroutable_returned_total"), "returned"),
        Line(rate("rabbitmq_global_messages_unroutable_dropped_total"), "dropped"),
        unit="ops",
    ),
    graph(
        "Moved by the broker",
        "Expired is the retry ladder; delivery_limit and rejected become dead letters.",
        Line(rate("rabbitmq_global_messages_dead_lettered_expired_total"), "expired"),
        Line(rate("rabbitmq_global_messages_dead_lettered_delivery_limit_total"), "delivery limit"),
        Line(rate("rabbitmq_global_messages_dead_lettered_rejected_total"), "rejected"),
        unit="ops",
    ),
)

GROWTH = row(
    "Over time",
    graph(
        "Memory",
        "What the node uses, and where it takes nothing more.",
        Line("max(rabbitmq_process_resident_memory_bytes)", "in use"),
        Line("min(rabbitmq_resident_memory_limit_bytes)", "limit"),
        unit="bytes",
    ),
    graph(
        "Free disk",
        "What is free, and where it takes nothing more.",
        Line("min(rabbitmq_disk_space_available_bytes)", "free"),
        Line("max(rabbitmq_disk_space_available_limit_bytes)", "limit"),
        unit="bytes",
    ),
    graph(
        "Connections opened and closed",
        "Many of both mean that something comes and goes.",
        Line(rate("rabbitmq_connections_opened_total"), "opened"),
        Line(rate("rabbitmq_connections_closed_total"), "closed"),
        unit="ops",
    ),
)

BOARD = Board(
    uid="rabbitmq",
    title="RabbitMQ",
    says="The bus: is there room, who is connected, what waits in which queue.",
    rows=(ROOM, QUEUES, TRAFFIC, GROWTH),
)
