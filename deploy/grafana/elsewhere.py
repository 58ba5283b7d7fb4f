"""Metrics of others that dashboards and rules read, in closed lists: what is not here is no metric.

Prometheus and Alertmanager: their own pages on `/metrics`. RabbitMQ: those of the plugin
`rabbitmq_prometheus`, as RabbitMQ 3.10.8 serves them; 4.x has them under the same names
(`deps/rabbitmq_prometheus/metrics.md` of rabbitmq-server). MongoDB: percona/mongodb_exporter,
without its compatible mode, makes a name out of each path of `serverStatus` and
`replSetGetStatus`, by the rules of its `exporter/metrics.go`.
"""

from __future__ import annotations

PROMETHEUS = frozenset({"ALERTS", "up"})

ALERTMANAGER = frozenset({"alertmanager_notifications_failed_total"})

RABBITMQ = frozenset(
    {
        "rabbitmq_alarms_free_disk_space_watermark",
        "rabbitmq_alarms_memory_used_watermark",
        "rabbitmq_connections",
        "rabbitmq_connections_closed_total",
        "rabbitmq_connections_opened_total",
        "rabbitmq_disk_space_available_bytes",
        "rabbitmq_disk_space_available_limit_bytes",
        "rabbitmq_global_messages_acknowledged_total",
        "rabbitmq_global_messages_confirmed_total",
        "rabbitmq_global_messages_dead_lettered_delivery_limit_total",
        "rabbitmq_global_messages_dead_lettered_expired_total",
        "rabbitmq_global_messages_dead_lettered_rejected_total",
        "rabbitmq_global_messages_delivered_total",
        "rabbitmq_global_messages_received_total",
        "rabbitmq_global_messages_redelivered_total",
        "rabbitmq_global_messages_unroutable_dropped_total",
        "rabbitmq_global_messages_unroutable_returned_total",
        "rabbitmq_process_resident_memory_bytes",
        "rabbitmq_resident_memory_limit_bytes",
    }
)

# Served queue by queue on /metrics/detailed, by the families that prometheus.yml asks for.
RABBITMQ_QUEUES = frozenset(
    {
        "rabbitmq_detailed_queue_consumers",
        "rabbitmq_detailed_queue_messages",
        "rabbitmq_detailed_queue_messages_ready",
        "rabbitmq_detailed_queue_messages_unacked",
    }
)

MONGODB = frozenset(
    {
        "mongodb_rs_members_health",
        "mongodb_rs_members_optimeDate",
        "mongodb_ss_connections",
        "mongodb_ss_globalLock_currentQueue",
        "mongodb_ss_metrics_document",
        "mongodb_ss_metrics_queryExecutor_collectionScans_total",
        "mongodb_ss_metrics_queryExecutor_scannedObjects",
        "mongodb_ss_opLatencies_commands_latency",
        "mongodb_ss_opLatencies_commands_ops",
        "mongodb_ss_opLatencies_reads_latency",
        "mongodb_ss_opLatencies_reads_ops",
        "mongodb_ss_opLatencies_writes_latency",
        "mongodb_ss_opLatencies_writes_ops",
        "mongodb_ss_opcounters",
        "mongodb_ss_wt_cache_bytes_currently_in_the_cache",
        "mongodb_ss_wt_cache_maximum_bytes_configured",
        "mongodb_ss_wt_cache_tracked_dirty_bytes_in_the_cache",
        "mongodb_up",
    }
)

METRICS = PROMETHEUS | ALERTMANAGER | RABBITMQ | RABBITMQ_QUEUES | MONGODB
