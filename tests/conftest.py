"""Fixtures for everyone: servers by module, servers of one's own, service processes, tokens.

`broker`, `mongo` and `stack` live as long as a module of tests, in a virtual host and databases
that no other module sees. `own_broker` and `own_mongo` are a test's own and may be stopped;
`fresh_stack` has processes that only one test uses, and may be killed.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any

import pytest
from hypothesis import settings

from deploy.local.keys import Keys
from deploy.local.layout import Layout
from tests.support import not_run as absence
from tests.support.own import OwnBroker, OwnMongo
from tests.support.servers import Servers, SharedBroker, SharedMongo
from tests.support.stack import Stack
from tests.support.tokens import Tokens

SERVERS = pytest.StashKey[Servers]()

# What a property says must not depend on how busy the machine is.
settings.register_profile("unhurried", deadline=None, print_blob=True)
settings.load_profile("unhurried")


def pytest_configure_node(node: Any) -> None:
    """Start the servers before the first xdist worker, and tell each worker where they are."""
    node.workerinput["servers"] = _started(node.config).told()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the servers that this process started."""
    if SERVERS in config.stash:
        config.stash[SERVERS].end()
        rmtree(config.stash[SERVERS].layout.base, ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what could not run."""
    absence.tell(terminalreporter)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let what could not run count."""
    absence.judge(session)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, Any, Any]:
    """Show the ends of the services' logs with a failure."""
    report: Any = yield
    for name in ("stack", "fresh_stack", "world", "frail"):
        known = getattr(item, "funcargs", {}).get(name)
        stack = getattr(known, "stack", known)
        if report.failed and isinstance(stack, Stack):
            report.sections.extend((f"log of {log}", text) for log, text in stack.tails().items())
    return report


def _started(config: pytest.Config) -> Servers:
    if SERVERS not in config.stash:
        servers = Servers.on_free_ports(Path(mkdtemp(prefix="casework-tests-")))
        servers.start()
        config.stash[SERVERS] = servers
    return config.stash[SERVERS]


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Servers:
    """The broker and the database of this run, perhaps not up yet."""
    told = getattr(request.config, "workerinput", {}).get("servers")
    if told is None:
        return _started(request.config)
    return Servers(Layout(Path(told["folder"])), told["ports"], told["missing"])


@pytest.fixture(scope="session")
def startable(servers: Servers) -> Servers:
    """The servers of this run, if this machine has what they need."""
    for reason in servers.missing.values():
        absence.not_run(reason)
    return servers


@pytest.fixture(scope="module")
def broker(startable: Servers) -> Iterator[SharedBroker]:
    """A virtual host with our policies, for this module: `.uri`."""
    shared = SharedBroker(startable)
    yield shared
    shared.remove()


@pytest.fixture(scope="module")
def mongo(startable: Servers) -> Iterator[SharedMongo]:
    """Databases for this module: `.uri`, `.prefix`, `.database(service)`."""
    shared = SharedMongo(startable)
    yield shared
    shared.remove()


@pytest.fixture(scope="session")
def keys(servers: Servers) -> Keys:
    """The secrets of every stack in this run."""
    return servers.keys


@pytest.fixture(scope="session")
def tokens(keys: Keys) -> Tokens:
    """Internal tokens: `tokens.issue(role=..., audience=..., area=...)`."""
    return Tokens(keys)


@pytest.fixture(scope="module")
def stack(
    broker: SharedBroker,
    mongo: SharedMongo,
    keys: Keys,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stack]:
    """Service processes for this module: `stack.start("referrals")` returns a URL."""
    made = Stack(broker, mongo, keys, tmp_path_factory.mktemp("stack"))
    yield made
    made.end()


@pytest.fixture
def fresh_stack(startable: Servers, keys: Keys, tmp_path: Path) -> Iterator[Stack]:
    """Service processes for one test, with a virtual host and databases of their own."""
    broker, mongo = SharedBroker(startable), SharedMongo(startable)
    made = Stack(broker, mongo, keys, tmp_path)
    yield made
    made.end()
    broker.remove()
    mongo.remove()


@pytest.fixture
def own_broker(startable: Servers, tmp_path: Path) -> Iterator[OwnBroker]:
    """A running broker that this test may stop, kill, pause and start again."""
    made = startable.own_broker(tmp_path / "broker")
    made.start()
    yield made
    made.kill()


@pytest.fixture
def own_mongo(startable: Servers, tmp_path: Path) -> Iterator[OwnMongo]:
    """A running database server that this test may stop, kill, pause and start again."""
    made = startable.own_mongo(tmp_path / "mongo")
    made.start()
    yield made
    made.kill()
