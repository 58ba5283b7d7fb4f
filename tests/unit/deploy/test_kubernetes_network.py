"""Who reaches whom in the cluster: a few ways, and nothing beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

import pytest

from deploy.kubernetes.build import OVERLAYS
from deploy.local.services import SERVICES
from tests.unit.deploy.cluster import Manifest, is_selected, labels, name_of, of_kind

OURS, INTERNET = "this namespace", "the internet"
NAMESPACE = "kubernetes.io/metadata.name"
API_OF_KUBERNETES = 443
RABBITMQ = {"app.kubernetes.io/name": "rabbitmq"}  # the labels that the operators give
MONGODB = {"app": "mongodb-svc"}


@dataclass(frozen=True)
class Place:
    """A pod, ours or of another namespace, and the ports on which it is asked."""

    name: str
    labels: Mapping[str, str] = field(default_factory=dict)
    ports: tuple[int | str, ...] = ()
    namespace: str = OURS


BUS = Place("rabbitmq", RABBITMQ, (5672, 4369, 25672, 15672, 15692))
DATABASE = Place("mongodb", MONGODB, (27017,))
PROMETHEUS = Place("prometheus", namespace="monitoring")
INGRESS = Place("ingress", namespace="ingress-nginx")
OPERATORS = Place("operators", namespace="rabbitmq-system")
STRANGER = Place("stranger", namespace="default")
NAMES = Place("names", {"k8s-app": "kube-dns"}, (53,), "kube-system")
PROVIDER = Place("provider", ports=(443, 465, 587), namespace=INTERNET)
OUTSIDE = (PROVIDER, PROMETHEUS, INGRESS, OPERATORS, STRANGER, NAMES)


def processes(overlay: str) -> list[Place]:
    return [Place(name_of(one), labels(one), ("http",)) for one in of_kind(overlay, "Deployment")]


def places(overlay: str) -> list[Place]:
    return [*processes(overlay), BUS, DATABASE, *OUTSIDE]


def is_peer(peer: Manifest, place: Place) -> bool:
    """Is this who a rule names? Without a namespace it names pods of ours."""
    if "ipBlock" in peer:
        return place.namespace == INTERNET
    if "namespaceSelector" in peer:
        is_there = is_selected(peer["namespaceSelector"], {NAMESPACE: place.namespace})
        return is_there and is_selected(peer.get("podSelector", {}), place.labels)
    return place.namespace == OURS and is_selected(peer["podSelector"], place.labels)


def is_open(overlay: str, way: str, mine: Place, other: Place, port: int | str) -> bool:
    """Do the policies of one end, `ingress` or `egress`, let this through?"""
    if mine.namespace != OURS:
        return True
    policies = [
        one["spec"]
        for one in of_kind(overlay, "NetworkPolicy")
        if way.title() in one["spec"]["policyTypes"]
        and is_selected(one["spec"]["podSelector"], mine.labels)
    ]
    return not policies or any(
        lets_through(rule, other, port) for policy in policies for rule in policy.get(way, ())
    )


def lets_through(rule: Manifest, other: Place, port: int | str) -> bool:
    """Does a rule name this port, and this place or nobody, which stands for all?"""
    peers = rule.get("from", rule.get("to"))
    is_named = peers is None or any(is_peer(peer, other) for peer in peers)
    return is_named and any(each["port"] == port for each in rule["ports"])


def ways(overlay: str) -> Iterator[tuple[str, str, int | str]]:
    """Yield each way that is open at both ends: who, whom, on which port."""
    for source, target in product(places(overlay), repeat=2):
        for port in target.ports:
            is_out = is_open(overlay, "egress", source, target, port)
            is_in = is_open(overlay, "ingress", target, source, port)
            if is_out and is_in and OURS in {source.namespace, target.namespace}:
                yield source.name, target.name, port


def meant(overlay: str) -> Iterator[tuple[str, str, int | str]]:
    """Yield each way that there is to be."""
    for one in processes(overlay):
        yield one.name, "rabbitmq", 5672
        yield one.name, "mongodb", 27017
        yield "prometheus", one.name, "http"
    for service in SERVICES[:-1]:
        yield "portal", f"{service}-api", "http"
    for one in (*processes(overlay), BUS, DATABASE):
        yield one.name, "names", 53
    for source, port in product(("notifications-worker", "rabbitmq", "mongodb"), PROVIDER.ports):
        if source == "notifications-worker" or port == API_OF_KUBERNETES:
            yield source, "provider", port
    yield "rabbitmq", "rabbitmq", 4369
    yield "rabbitmq", "rabbitmq", 25672
    yield "operators", "rabbitmq", 15672
    yield "prometheus", "rabbitmq", 15692
    yield "mongodb", "mongodb", 27017
    if overlay == "production":
        yield "ingress", "portal", "http"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_only_these_ways_are_open(overlay: str) -> None:
    found, wanted = set(ways(overlay)), set(meant(overlay))
    assert found - wanted == set(), "open without need"
    assert wanted - found == set(), "shut although needed"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_whoever_is_not_thought_of_reaches_nobody(overlay: str) -> None:
    forgotten = Place("forgotten", {"app": "forgotten"}, (80,))
    for other in places(overlay):
        assert not is_open(overlay, "egress", forgotten, other, 80)
        assert not is_open(overlay, "ingress", forgotten, other, 80)
