"""The dashboards, in the order in which somebody who is called looks at them."""

from __future__ import annotations

from deploy.grafana.boards import alerts, casework, mongodb, operations, rabbitmq
from deploy.grafana.panels import Board

BOARDS: tuple[Board, ...] = (
    operations.BOARD,
    alerts.BOARD,
    casework.BOARD,
    rabbitmq.BOARD,
    mongodb.BOARD,
)
