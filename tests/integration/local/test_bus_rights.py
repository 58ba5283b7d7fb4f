"""On the bus each service is a user of its own, who may do its own work and nothing else."""

from __future__ import annotations

from typing import Any

import pika
import pytest
from pika.exceptions import ChannelClosedByBroker

from services.chassis.messaging.topology import QUORUM
from tests.support import publish
from tests.support.servers import Servers


class As:
    """A virtual host as one user sees it."""

    def __init__(self, servers: Servers, vhost: str, user: str) -> None:
        self.uri = servers.broker.uri(vhost, user)

    def do(self, what: str, **arguments: Any) -> None:
        with pika.BlockingConnection(pika.URLParameters(self.uri)) as connection:
            getattr(connection.channel(), what)(**arguments)


@pytest.fixture
def risk(startable: Servers, broker: Any) -> As:
    """The virtual host as the risk service sees it, with a queue of another service's in it."""
    owner = As(startable, broker.vhost, "casework")
    owner.do("exchange_declare", exchange="referrals.events", exchange_type="topic", durable=True)
    queue = "notifications.referral_submitted.v1"
    owner.do("queue_declare", queue=queue, durable=True, arguments=QUORUM)
    return As(startable, broker.vhost, "risk")


def test_it_declares_hears_and_speaks(risk: As) -> None:
    queue, heard = "risk.referral_submitted.v1", "referrals.events"
    risk.do("exchange_declare", exchange="risk.events", exchange_type="topic", durable=True)
    risk.do("exchange_declare", exchange=heard, exchange_type="topic", durable=True)
    risk.do("queue_declare", queue=queue, durable=True, arguments=QUORUM)
    risk.do("queue_bind", queue=queue, exchange=heard, routing_key="referral_submitted.v1")
    hearer = "notifications.risk_assessed.v1"
    risk.do("queue_declare", queue=hearer, durable=True, arguments=QUORUM)
    risk.do("queue_bind", queue=hearer, exchange="risk.events", routing_key="risk_assessed.v1")
    publish(risk, "risk.events", "risk_assessed.v1", {"event_id": "1"})


def test_it_cannot_speak_for_another(risk: As) -> None:
    with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
        publish(risk, "referrals.events", "referral_submitted.v1", {"event_id": "1"})


def test_it_cannot_read_what_another_hears(risk: As) -> None:
    with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
        risk.do("basic_get", queue="notifications.referral_submitted.v1")


def test_it_cannot_remove_what_another_hears_from(risk: As) -> None:
    with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
        risk.do("queue_delete", queue="notifications.referral_submitted.v1")


@pytest.fixture
def portal(startable: Servers, broker: Any, risk: As) -> As:
    """The same virtual host as the portal sees it, which hears notifications alone."""
    assert risk
    return As(startable, broker.vhost, "portal")


def test_the_portal_hears_whom_it_is_to_hear(portal: As) -> None:
    heard = "notifications.events"
    portal.do("exchange_declare", exchange=heard, exchange_type="topic", durable=True)


@pytest.mark.parametrize(
    ("what", "arguments"),
    [
        ("exchange_delete", {"exchange": "referrals.events"}),
        (
            "exchange_declare",
            {"exchange": "referrals.events", "exchange_type": "topic", "durable": True},
        ),
        ("exchange_declare", {"exchange": "strangers.events", "exchange_type": "topic"}),
    ],
)
def test_it_has_no_hand_in_what_it_does_not_hear(portal: As, what: str, arguments: Any) -> None:
    with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
        portal.do(what, **arguments)


def test_it_cannot_listen_to_whom_it_does_not_hear(portal: As) -> None:
    with pika.BlockingConnection(pika.URLParameters(portal.uri)) as connection:
        channel = connection.channel()
        channel.queue_declare("portal.own", exclusive=True)
        with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
            channel.queue_bind("portal.own", "referrals.events", "referral_submitted.v1")


@pytest.fixture
def operator(startable: Servers, broker: Any) -> As:
    """The same virtual host as the command line for operators sees it."""
    owner = As(startable, broker.vhost, "casework")
    for queue in ("risk.dead-letters", "risk.referral_submitted.v1"):
        owner.do("queue_declare", queue=queue, durable=True, arguments=QUORUM)
    owner.do("exchange_declare", exchange="risk.events", exchange_type="topic", durable=True)
    return As(startable, broker.vhost, "operator")


def test_an_operator_reads_dead_letters_and_sends_them_back(operator: As) -> None:
    operator.do("queue_declare", queue="risk.dead-letters.desk", exclusive=True)
    operator.do("queue_declare", queue="risk.dead-letters", passive=True)
    operator.do("basic_get", queue="risk.dead-letters")
    publish(operator, "", "risk.referral_submitted.v1", {"event_id": "1"})


@pytest.mark.parametrize(
    ("what", "arguments"),
    [
        ("basic_get", {"queue": "risk.referral_submitted.v1"}),
        ("queue_delete", {"queue": "risk.dead-letters"}),
        ("queue_purge", {"queue": "risk.referral_submitted.v1"}),
        ("queue_declare", {"queue": "a-queue-of-her-own"}),
        ("queue_bind", {"queue": "risk.dead-letters", "exchange": "risk.events"}),
    ],
)
def test_an_operator_can_do_nothing_else(operator: As, what: str, arguments: Any) -> None:
    with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
        operator.do(what, **arguments)


def test_an_operator_cannot_speak_for_a_service(operator: As) -> None:
    with pytest.raises(ChannelClosedByBroker, match="ACCESS_REFUSED"):
        publish(operator, "risk.events", "risk_assessed.v1", {"event_id": "1"})
