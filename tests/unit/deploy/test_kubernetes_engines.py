"""The engines in the cluster: rights, policies, secrets, and what scaling goes by."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
import yaml

from deploy.documents import metrics
from deploy.kubernetes.build import OVERLAYS
from deploy.kubernetes.rules import FOLDER, rules
from deploy.kubernetes.secrets import made
from deploy.local.broker import VHOST
from deploy.local.definitions import BusUser, operator_user, policies, service_user
from deploy.local.keys import BUS_SERVICES
from services.chassis.messaging.topology import dead_letters, work_queue
from services.contracts.catalogue import CONTRACTS
from tests.unit.deploy.cluster import (
    Manifest,
    name_of,
    named,
    of_kind,
    secrets_read,
    service_of,
)

each_overlay = pytest.mark.parametrize("overlay", OVERLAYS)
USERS = [*(service_user(service, "") for service in BUS_SERVICES), operator_user("")]


@each_overlay
@pytest.mark.parametrize("user", USERS, ids=lambda user: user.name)
def test_a_user_of_the_bus_has_the_rights_that_she_has_everywhere(
    overlay: str, user: BusUser
) -> None:
    spec = named(overlay, "Permission", user.name)["spec"]
    rights = {"configure": user.configure, "write": user.write, "read": user.read}
    assert (spec["permissions"], spec["vhost"]) == (rights, VHOST)
    assert spec["userReference"]["name"] == name_of(named(overlay, "User", user.name))


@each_overlay
def test_nobody_else_is_let_onto_the_bus(overlay: str) -> None:
    for kind in ("User", "Permission"):
        assert {name_of(one) for one in of_kind(overlay, kind)} == {user.name for user in USERS}


@each_overlay
def test_the_policies_are_those_of_every_broker(overlay: str) -> None:
    def as_told(spec: Manifest) -> Manifest:
        return {
            "vhost": "/",
            "name": spec["name"],
            "pattern": spec["pattern"],
            "apply-to": spec["applyTo"],
            "priority": spec["priority"],
            "definition": spec["definition"],
        }

    specs = [one["spec"] for one in of_kind(overlay, "Policy")]
    assert {spec["vhost"] for spec in specs} == {VHOST}
    found = sorted((as_told(spec) for spec in specs), key=lambda one: str(one["name"]))
    assert found == sorted(policies(), key=lambda one: str(one["name"]))


@each_overlay
def test_each_service_may_use_its_own_database_only(overlay: str) -> None:
    (cluster,) = of_kind(overlay, "MongoDBCommunity")
    users = cluster["spec"]["users"]
    assert {user["name"] for user in users} == set(BUS_SERVICES)
    for user in users:
        assert user["db"] == user["name"], "also what its address names as its database"
        assert user["roles"] == [{"name": "readWrite", "db": user["name"]}]


def test_production_bears_the_loss_of_a_node_of_each_engine() -> None:
    (bus,) = of_kind("production", "RabbitmqCluster")
    (database,) = of_kind("production", "MongoDBCommunity")
    assert (bus["spec"]["replicas"], database["spec"]["members"]) == (3, 3)


@each_overlay
def test_every_secret_that_is_read_is_made(overlay: str, tmp_path: Path) -> None:
    keys = {name_of(one): set(one["data"]) for one in made(tmp_path / "keys")}
    (cluster,) = of_kind(overlay, "MongoDBCommunity")
    for user in cluster["spec"]["users"]:
        assert keys[user["passwordSecretRef"]["name"]] == {"password"}
        keys[user["connectionStringSecretName"]] = {"connectionString.standard"}
    for one in of_kind(overlay, "User"):
        assert keys[one["spec"]["importCredentialsSecret"]["name"]] >= {"username", "password"}
    for one in of_kind(overlay, "Deployment"):
        for name, key in secrets_read(one):
            assert key is None or key in keys[name], name
            assert name in keys


@each_overlay
def test_a_process_reads_no_secret_of_another(overlay: str) -> None:
    for one in of_kind(overlay, "Deployment"):
        service = service_of(one)
        shared = "token-private" if service == "portal" else "token-public"
        for name, _ in secrets_read(one):
            assert name == shared or name.startswith(f"{service}-"), name_of(one)


def test_secrets_are_kept_and_are_those_of_this_system(tmp_path: Path) -> None:
    first, second = made(tmp_path / "keys"), made(tmp_path / "keys")
    assert first == second
    (bus,) = (one["data"] for one in first if name_of(one) == "risk-bus")
    told = {key: base64.b64decode(value).decode() for key, value in bus.items()}
    assert told["uri"] == f"amqp://risk:{told['password']}@rabbitmq:5672/{VHOST}"
    for path in (tmp_path / "keys").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("scaled", of_kind("production", "ScaledObject"), ids=name_of)
def test_scaling_goes_by_what_is_measured(scaled: Manifest) -> None:
    target = named("production", "Deployment", scaled["spec"]["scaleTargetRef"]["name"])
    ours = {one.name for one in metrics()}
    for trigger in scaled["spec"]["triggers"]:
        query = trigger["metadata"].get("query", "")
        assert set(re.findall(r"casework_\w+", query)) <= ours
        assert set(re.findall(r'service="(\w+)"', query)) <= {service_of(target)}
    assert scaled["spec"]["fallback"]["replicas"] >= scaled["spec"]["minReplicaCount"]


def test_scaling_counts_the_queues_of_its_service_and_no_others() -> None:
    queues = {work_queue(hearer, each) for each in CONTRACTS for hearer in each.lasting_hearers}
    others = {dead_letters(service) for service in BUS_SERVICES}
    for service in sorted({queue.partition(".")[0] for queue in queues}):
        (first, *_) = named("production", "ScaledObject", f"{service}-worker")["spec"]["triggers"]
        (pattern,) = re.findall(r'queue=~"([^"]+)"', first["metadata"]["query"])
        matches = re.compile(pattern.replace(r"\\", "\\")).fullmatch
        found = {queue for queue in queues | others if matches(queue)}
        assert found == {queue for queue in queues if queue.startswith(f"{service}.")}


def test_every_alert_rule_is_given_to_the_cluster() -> None:
    given = {name_of(one): one["spec"] for one in yaml.safe_load_all(rules())}
    assert given == {
        f"casework-{path.stem}": yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in FOLDER.glob("*.yml")
    }


def test_processes_are_measured_under_the_names_by_which_the_rules_go() -> None:
    (endpoint,) = named("production", "PodMonitor", "processes")["spec"]["podMetricsEndpoints"]
    given = {each["targetLabel"]: each for each in endpoint["relabelings"]}
    assert given["job"]["replacement"] == "casework"
    for label, source in (("service", "name"), ("role", "component")):
        (found,) = given[label]["sourceLabels"]
        assert found == f"__meta_kubernetes_pod_label_app_kubernetes_io_{source}"
