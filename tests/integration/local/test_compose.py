"""docker-compose.yml names only what there is: modules, settings, keys, files."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local import compose
from deploy.local.definitions import OPERATOR, OWNER
from deploy.local.keys import ensure_keys
from deploy.local.layout import ROOT, Layout
from deploy.local.services import SERVICES
from services.operations.grants import EXPORTER
from tests.support import composed
from tests.support import not_run as absence
from tests.support.composed import ONCE, OURS, SYSTEM, TEXT

DEMO, REAL = ("--demo",), ("--origin", "https://casework.example")
NOT_HERE = "docker-compose is not installed (Debian: apt install docker-compose)"
SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|KEY|AMQP")
OF_IMAGES = (
    "mongo",
    ONCE,
    "rabbitmq",
    "prometheus",
    "alertmanager",
    "grafana",
    "mongodb-exporter",
    "mail",
    "edge",
    "traces",
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the command makes for a demonstration, in a folder of this test."""
    monkeypatch.setattr(compose, "COMPOSE", Layout(tmp_path))
    assert compose.main(DEMO) == 0
    return tmp_path


def test_every_service_is_there_and_starts_a_module_that_exists() -> None:
    modules = {service["command"][0] for service in OURS.values()}
    assert modules == {f"services.{name}" for name in SERVICES}
    assert all(find_spec(f"{module}.__main__") for module in modules)


def test_every_setting_is_one_that_is_listed() -> None:
    listed = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / "deploy/example.env").read_text(), re.M))
    used = {name for service in OURS.values() for name in service["environment"]}
    assert used <= listed


@pytest.mark.parametrize("kind", [DEMO, REAL], ids=["demo", "real"])
@pytest.mark.parametrize("name", OURS)
def test_a_process_is_told_every_setting_that_it_needs_and_no_other(
    name: str, kind: tuple[str, ...], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compose.main(kind)
    told = composed.environment(name, composed.made(folder), folder)
    asked = composed.read_all(name, told, monkeypatch)
    assert set(told) <= asked


def test_every_secret_that_a_setting_names_is_given_to_that_service_alone() -> None:
    expected = {"referrals": {"referrals-vault", "blind-index"}, "portal": {"token-private"}}
    for service in OURS.values():
        named = {
            Path(value).name
            for name, value in service["environment"].items()
            if name.endswith("_FILE")
        }
        assert named == set(service["secrets"])
        own = service["command"][0].removeprefix("services.")
        private = named - {"token-public", f"{own}-bus", f"{own}-mongodb-uri"}
        assert private == expected.get(own, {f"{own}-vault"})


def test_every_variable_and_key_is_made_by_the_command(folder: Path) -> None:
    assert set(re.findall(r"\$\{([A-Z_]+)", TEXT)) <= set(composed.made(folder))
    keys = {path.name for path in ensure_keys(folder / "secrets").folder.iterdir()}
    assert {Path(secret["file"]).name for secret in SYSTEM["secrets"].values()} <= keys


def test_every_file_that_is_mounted_is_in_the_repository_or_made_by_the_command() -> None:
    volumes = [v for service in SYSTEM["services"].values() for v in service.get("volumes", ())]
    mounted = [v.split(":")[0] for v in volumes if v.startswith("./")]
    mounted += [each["file"] for each in SYSTEM["configs"].values()]
    assert mounted
    ours = [path for path in mounted if not path.removeprefix("./").startswith("var/compose/")]
    assert all((ROOT / path).exists() for path in ours)


def test_whatever_is_secret_comes_as_a_file() -> None:
    told = [
        (name, value)
        for service in SYSTEM["services"].values()
        for name, value in service.get("environment", {}).items()
        if SECRET.search(name)
    ]
    assert told
    assert all(name.endswith("_FILE") and value.startswith("/run/secrets/") for name, value in told)


def test_no_password_is_written_down() -> None:
    assert not re.search(r"PASSWORD(?!_{1,2}FILE)|://[^/\s]+:[^/\s]+@", TEXT)


def test_nothing_but_the_edge_is_open_to_other_machines() -> None:
    ports = {name: one.get("ports", ()) for name, one in SYSTEM["services"].items()}
    assert ports.pop("edge") == ["80:80", "443:443"]
    assert any(ports.values())
    assert all(port.startswith("127.0.0.1:") for each in ports.values() for port in each)


def test_the_portal_believes_the_edge_alone() -> None:
    address = SYSTEM["services"]["edge"]["networks"]["default"]["ipv4_address"]
    (network,) = SYSTEM["networks"]["default"]["ipam"]["config"]
    assert ip_address(address) in ip_network(network["subnet"])
    assert SYSTEM["services"]["portal"]["environment"]["PORTAL_PROXIES"] == address


def test_the_mail_catcher_is_for_the_demonstration_and_the_edge_for_real_work(folder: Path) -> None:
    profiles = {name: one.get("profiles") for name, one in SYSTEM["services"].items()}
    known = {name: profile for name, profile in profiles.items() if profile}
    assert known == {"mail": ["demo"], "edge": ["edge"], "traces": ["traces"]}
    assert composed.made(folder)["COMPOSE_PROFILES"] == "demo"
    compose.main(REAL)
    assert composed.made(folder)["COMPOSE_PROFILES"] == "edge"
    assert set(profiles) == {*OURS, *OF_IMAGES}


@pytest.mark.parametrize(
    "name", ["prometheus", "alertmanager", "grafana", "mongodb-exporter", "mail"]
)
def test_what_watches_may_do_no_more_than_it_needs(name: str) -> None:
    service = SYSTEM["services"][name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_who_is_called_stands_in_files_that_only_alertmanager_has() -> None:
    addresses = {"page-webhook", "ticket-webhook", "heartbeat-webhook"}
    given = {name: set(one.get("secrets", ())) for name, one in SYSTEM["services"].items()}
    assert {name for name, secrets in given.items() if secrets & addresses} == {"alertmanager"}
    written = (ROOT / "deploy/alertmanager/alertmanager.yml").read_text()
    assert set(re.findall(r"url_file: /run/secrets/(\S+)", written)) == addresses


def test_for_real_work_it_says_whom_nobody_calls_yet(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compose.main(REAL) == 78
    assert capsys.readouterr().out.count("nobody is called") == 3
    for name in compose.CALLED:
        (folder / "secrets" / name).write_text("https://calls.example/\n")
    assert compose.main(REAL) == 0
    assert "nobody" not in capsys.readouterr().out


def test_real_work_needs_a_certificate(folder: Path) -> None:
    with pytest.raises(SystemExit):
        compose.main(("--origin", "http://casework.example"))
    assert composed.made(folder)["CASEWORK_MODE"] == "local"


def test_docker_compose_takes_it(folder: Path) -> None:
    shown = taken(folder)
    assert "mail" in shown["services"]
    assert (
        "--config.file=/etc/alertmanager/demo.yml" in shown["services"]["alertmanager"]["command"]
    )


def test_docker_compose_takes_it_for_real_work(folder: Path) -> None:
    compose.main(REAL)
    shown = taken(folder)
    left_out = {"mail", "traces"}  # an old docker-compose shows them too
    assert set(shown["services"]) | left_out == {*OURS, *OF_IMAGES}
    called = shown["services"]["alertmanager"]["command"]
    assert "--config.file=/etc/alertmanager/alertmanager.yml" in called
    assert shown["services"]["portal"]["environment"]["PORTAL_ORIGIN"] == REAL[1]


def taken(folder: Path) -> dict[str, Any]:
    """Return the file as docker-compose understands it."""
    done = composed.config(folder)
    if done is None:
        absence.not_run(NOT_HERE)
    assert done.returncode == 0, done.stderr
    shown: dict[str, Any] = yaml.safe_load(done.stdout)
    return shown


def test_traces_are_taken_where_that_is_asked_for(folder: Path) -> None:
    assert composed.made(folder)["OTEL_EXPORTER_OTLP_ENDPOINT"] == ""
    compose.main((*DEMO, "--traces"))
    made = composed.made(folder)
    assert made["COMPOSE_PROFILES"] == "demo,traces"
    assert "traces" in SYSTEM["services"]
    assert made["OTEL_EXPORTER_OTLP_ENDPOINT"].startswith("http://traces:")


def test_the_broker_gets_users_whose_passwords_nobody_can_read_there(folder: Path) -> None:
    told: dict[str, Any] = json.loads((folder / "definitions.json").read_text())
    assert {user["name"] for user in told["users"]} == {OWNER, OPERATOR, *SERVICES}
    assert not any("password" in user for user in told["users"])


def test_every_service_comes_into_mongodb_by_a_password_of_its_own(folder: Path) -> None:
    given = SYSTEM["services"][ONCE]["secrets"]
    names = {*SERVICES, EXPORTER}
    assert set(given) == {f"{name}-mongodb-password" for name in names} | {
        "administrator-mongodb-uri"
    }
    passwords = {(folder / "secrets" / f"{name}-mongodb-password").read_text() for name in names}
    assert len(passwords) == len(names)
    for name in SERVICES:
        uri = (folder / "secrets" / f"{name}-mongodb-uri").read_text()
        password = (folder / "secrets" / f"{name}-mongodb-password").read_text()
        assert uri.startswith(f"mongodb://{name}:{password}@mongo:")
        assert uri.endswith(f"&authSource={name}")


def test_made_again_it_changes_no_key(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert compose.main(DEMO) == 0
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_an_upgrade_of_containers_leaves_none_of_ours_behind() -> None:
    page = (ROOT / "docs/upgrading.md").read_text(encoding="utf-8")
    (replaced,) = re.findall(r"^for service in (.+); do$", page, re.M)
    assert set(replaced.split()) == set(OURS)
