"""Rotas on the real database, and who is on duty while it is away, late or damaged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest

from services.notifications.announcements import announce_nothing
from services.notifications.domain.errors import RotaWrong
from services.notifications.domain.escalation import Tells
from services.notifications.domain.layers import Listed
from services.notifications.domain.responders import Responder
from services.notifications.domain.rota import OnDuty, Rota
from services.notifications.domain.rota_plan import Override, swapped
from services.notifications.repository import Duty, Rotas, StaleReads
from services.notifications.repository.last_known import READ_EVERY_S, WAITS_S
from services.notifications.usecases import duty
from tests.integration.chassis.things import runtime
from tests.support import until
from tests.unit.notifications.rota_examples import NOW, day, nights, planned, rota, weekly, window

FAILED = "casework_notifications_stale_reads_total"
NO_BUS = "amqp://nobody:nothing@127.0.0.1:1/none"
WHOLE = rota(
    weekly("ana", "bea"),
    nights("cora"),
    Listed("listed", ((window(day(3), 5), "dina"),)),
    overrides=(
        Override("1", window(day(3), 24), "eva", replaces="ana"),
        *swapped((window(day(9), 9), "ana"), (window(day(10), 9), "bea"), ("2", "3")),
    ),
)


class Clock:
    """A monotonic clock that a test turns."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class Kept:
    """Rotas of a database, their reader, and how often it has failed."""

    def __init__(self, mongo: Any) -> None:
        self.runtime = runtime(mongo, NO_BUS)
        self.rotas = Rotas(self.runtime, announce_nothing)
        self.rotas._documents.drop()
        self.rotas.ensure_indexes()
        self.clock = Clock()
        self.duty = Duty(self.rotas, StaleReads(self.runtime.metrics), self.clock)

    @property
    def failures(self) -> float:
        """Return how often rotas could not be read, as Prometheus would see it."""
        return self.runtime.metrics.registry.get_sample_value(FAILED, {"of": "rotas"}) or 0

    def on_duty(self, tier: Tells = Tells.RESPONDERS) -> OnDuty | None:
        return self.duty.on_duty("cluj", tier, day(4, 12))

    def later(self) -> None:
        self.clock.seconds += READ_EVERY_S


@pytest.fixture
def kept(mongo: Any) -> Iterator[Kept]:
    made = Kept(mongo)
    yield made
    made.runtime.client.close()


@pytest.fixture
def own(own_mongo: Any) -> Iterator[Kept]:
    made = Kept(own_mongo)
    yield made
    made.runtime.client.close()


def other_fallback(one: Rota, name: str) -> tuple[Rota, tuple[()]]:
    plan = planned(weekly(name))
    return one.replan(plan, accepts_gaps=False, by="maya", at=NOW), ()


def test_a_rota_comes_back_as_it_was_saved(kept: Kept) -> None:
    kept.rotas.create(WHOLE, ())
    assert kept.rotas.load(WHOLE.id) == WHOLE
    assert [document["_id"] for document in kept.rotas.documents()] == ["cluj:responders"]


def test_without_a_rota_there_is_nothing_to_say(kept: Kept) -> None:
    assert kept.on_duty() is None
    assert kept.duty.of("cluj", NOW) == {}
    assert kept.failures == 0


def test_who_is_on_duty_is_told_by_tier(kept: Kept) -> None:
    kept.rotas.create(WHOLE, ())
    assert kept.on_duty() == WHOLE.on_duty(day(4, 12)) == OnDuty(("ana",))
    assert kept.on_duty(Tells.MANAGER) is None
    assert kept.duty.of("cluj", day(3, 12)) == {Tells.RESPONDERS: ("eva",)}


def test_rotas_are_read_again_after_two_seconds_and_not_before(kept: Kept) -> None:
    kept.rotas.create(WHOLE, ())
    assert kept.on_duty() == OnDuty(("ana",))
    kept.rotas.change(WHOLE.id, lambda one: other_fallback(one, "zoe"))
    kept.clock.seconds += READ_EVERY_S * 0.99
    assert kept.on_duty() == OnDuty(("ana",))
    kept.later()
    assert "zoe" in (kept.on_duty() or OnDuty(())).people


def test_a_damaged_rota_stays_as_it_was_last_known_and_hides_no_other(kept: Kept) -> None:
    kept.rotas.create(WHOLE, ())
    assert kept.on_duty()
    kept.rotas._documents.update_one({"_id": WHOLE.id}, {"$set": {"zone": "x", "version": 9}})
    kept.rotas._documents.insert_one({"_id": "perugia:manager", "area": "perugia", "version": 1})
    kept.later()
    assert kept.on_duty() == OnDuty(("ana",))
    assert kept.duty.on_duty("perugia", Tells.MANAGER, NOW) is None
    assert kept.failures == 2


def test_a_rota_that_is_gone_is_forgotten(kept: Kept) -> None:
    kept.rotas.create(WHOLE, ())
    assert kept.on_duty()
    kept.rotas._documents.delete_one({"_id": WHOLE.id})
    kept.later()
    assert kept.on_duty() is None


def test_who_was_on_duty_is_known_while_the_database_is_away_and_read_when_it_is_back(
    own: Kept, own_mongo: Any
) -> None:
    own.rotas.create(WHOLE, ())
    assert own.on_duty() == OnDuty(("ana",))
    own_mongo.kill()
    own.later()
    assert own.on_duty() == OnDuty(("ana",))
    assert own.on_duty() == OnDuty(("ana",))
    assert own.failures == 1
    own_mongo.start()
    own.rotas.change(WHOLE.id, lambda one: other_fallback(one, "zoe"))
    own.later()
    assert "zoe" in (own.on_duty() or OnDuty(())).people


def test_a_database_that_stands_still_holds_nobody_up_for_long(own: Kept, own_mongo: Any) -> None:
    own.rotas.create(WHOLE, ())
    assert own.on_duty()
    own_mongo.pause()
    taken = until(lambda: seconds_of_a_read_that_failed(own), within=20)
    own_mongo.resume()
    assert taken < WAITS_S + 2


def seconds_of_a_read_that_failed(own: Kept) -> float | None:
    """Ask who is on duty; a server that is told to stand still may answer once more."""
    own.later()
    since = monotonic()
    assert own.on_duty() == OnDuty(("ana",))
    return monotonic() - since if own.failures else None


def test_where_nothing_was_ever_known_and_nothing_answers_there_is_no_rota_yet(
    own: Kept, own_mongo: Any
) -> None:
    own_mongo.kill()
    assert own.on_duty() is None
    assert own.failures == 1
    own_mongo.start()
    own.rotas.create(WHOLE, ())
    own.later()
    assert own.on_duty() == OnDuty(("ana",))


class Team:
    """The people of a service that knows a few."""

    def __init__(self, *ids: str) -> None:
        self.ids = set(ids)

    def strangers(self, ids: Iterable[str]) -> set[str]:
        return set(ids) - self.ids

    def of_ids(self, ids: Iterable[str]) -> list[Responder]:
        return [self._person(each) for each in ids if each in self.ids]

    def everybody(self) -> list[Responder]:
        return self.of_ids(sorted(self.ids))

    def _person(self, id: str) -> Responder:
        return Responder(id=id, display_name=id.title(), role="practitioner", areas=("*",))


WHICH = duty.Which("cluj", Tells.RESPONDERS)
SAVING = duty.Saving(by="maya", at=NOW, version=0)


def faults(refused: Any) -> set[str]:
    return {"/".join(map(str, fault.path)) for fault in refused.value.faults}


def test_who_is_not_known_is_told_at_each_place_together_with_the_gaps(kept: Kept) -> None:
    listed = Listed("listed", ((window(day(3), 5), "gone"),))
    plan = planned(replace(nights("ana"), people=("ana", "lost")), listed)
    with pytest.raises(RotaWrong) as refused:
        duty.save_rota(kept.rotas, Team("ana"), WHICH, plan, SAVING)
    assert faults(refused) == {
        "fallback",
        "layers/0/people/1",
        "layers/1/shifts/0/person",
        "accept_gaps",
    }
    assert kept.rotas.documents() == []


def test_nobody_unknown_stands_in_swaps_or_comes_from_a_calendar(kept: Kept) -> None:
    team = Team("ana", "bea", "fay")
    duty.save_rota(kept.rotas, team, WHICH, planned(weekly("ana", "bea")), SAVING)
    later = replace(SAVING, version=None)
    made = Override("1", window(day(3), 5), "lost", replaces="gone")
    with pytest.raises(RotaWrong) as refused:
        duty.add_override(kept.rotas, team, WHICH, made, later)
    assert faults(refused) == {"person", "replaces"}
    halves = swapped((made.window, "ana"), (window(day(9), 5), "lost"), ("1", "2"))
    with pytest.raises(RotaWrong) as refused:
        duty.swap_shifts(kept.rotas, team, WHICH, halves, later)
    assert faults(refused) == {"first/person", "second/replaces"}
    with pytest.raises(RotaWrong) as refused:
        duty.take_overrides_in(kept.rotas, team, WHICH, [made], later)
    assert faults(refused) == {"calendar"}
    assert kept.rotas.load(WHICH.id).version == 1


def test_a_rota_holds_so_many_overrides_and_no_more(kept: Kept) -> None:
    team = Team("ana", "bea", "fay")
    duty.save_rota(kept.rotas, team, WHICH, planned(), SAVING)
    later = replace(SAVING, version=None)
    many = [
        Override(str(number), window(day(3), 5), "ana")
        for number in range(duty.OVERRIDES_AT_ONCE + 1)
    ]
    with pytest.raises(RotaWrong):
        duty.take_overrides_in(kept.rotas, team, WHICH, many, later)
    kept_all = duty.take_overrides_in(kept.rotas, team, WHICH, many[1:], later)
    assert len(kept_all.overrides) == duty.OVERRIDES_AT_ONCE
