"""RabbitMQ serves every figure of its own that a dashboard shows, under that name."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx
import pytest

from deploy.grafana.elsewhere import RABBITMQ, RABBITMQ_QUEUES
from deploy.local import ports
from deploy.local.ports import HOST
from tests.house.alarms import configuration
from tests.support.own import OwnBroker

NAME = re.compile(r"^# TYPE (\S+) ", re.MULTILINE)
ENABLE = """
{{ok, File}} = application:get_env(rabbit, enabled_plugins_file),
application:load(rabbitmq_prometheus),
application:set_env(rabbitmq_prometheus, tcp_config, [{{ip, "{host}"}}, {{port, {port}}}]),
ok = file:write_file(File, "[rabbitmq_prometheus]."),
{{ok, _, _}} = rabbit_plugins:ensure(File).
"""


@pytest.fixture
def figures(own_broker: OwnBroker) -> Iterator[str]:
    """Where a broker with the plugin of docker-compose.yml serves its figures."""
    port = ports.free(1)[0]
    own_broker.start()
    own_broker.control("eval", ENABLE.format(host=HOST, port=port))
    yield f"http://{HOST}:{port}"
    own_broker.kill()


def job(name: str) -> dict[str, object]:
    return next(each for each in configuration()["scrape_configs"] if each["job_name"] == name)


def served(url: str, name: str) -> set[str]:
    """Return what is served to a job of Prometheus: whole, or queue by queue."""
    asked = job(name)
    path = asked.get("metrics_path", "/metrics")
    answer = httpx.get(f"{url}{path}", params=asked.get("params", {}))
    return set(NAME.findall(answer.raise_for_status().text))


def test_every_figure_of_the_closed_lists_is_served(figures: str) -> None:
    assert served(figures, "rabbitmq") >= RABBITMQ
    assert served(figures, "rabbitmq-queues") >= RABBITMQ_QUEUES
