"""One world for all scenarios of a worker, and one for each scenario that hurts something."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.scenarios.outside import Outside, opened
from tests.scenarios.story import Story
from tests.scenarios.world import World, made
from tests.support.servers import Servers


@pytest.fixture(scope="session")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    """The mail server and the providers of all scenarios of a worker."""
    with opened(tmp_path_factory.mktemp("outside")) as running:
        yield running


@pytest.fixture(scope="session")
def world(
    startable: Servers, outside: Outside, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The service that nobody hurts."""
    with made(startable, tmp_path_factory.mktemp("world"), outside) as world:
        world.start()
        yield world


@pytest.fixture
def story(world: World) -> Iterator[Story]:
    """A case and its people."""
    told = Story(world)
    yield told
    told.ends()


@pytest.fixture(scope="module")
def frail_world(
    startable: Servers, outside: Outside, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """A world for scenarios that stop processes; none runs when a scenario begins."""
    with made(startable, tmp_path_factory.mktemp("frail"), outside) as world:
        yield world


@pytest.fixture
def frail(frail_world: World) -> Iterator[World]:
    """A world in which no process runs yet, and those that are started may be stopped."""
    yield frail_world
    frail_world.end()


@pytest.fixture
def alone(frail: World) -> Iterator[Story]:
    """A story in a world of one process, which may be stopped."""
    frail.start()
    told = Story(frail)
    yield told
    told.ends()
