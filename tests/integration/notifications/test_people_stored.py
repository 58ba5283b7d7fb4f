"""Responders and policies on the real database, and at hand while it is away or damaged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

import pytest
from pymongo.errors import PyMongoError

from services.notifications.announcements import announce_nothing
from services.notifications.domain.escalation import Kind
from services.notifications.domain.policies import AreaPolicy, Draft
from services.notifications.domain.responders import Channel, Method
from services.notifications.domain.staff import Account, Staff, Wanted, record_id
from services.notifications.repository import (
    AreaPolicies,
    Directory,
    PoliciesNow,
    Responders,
    StaleReads,
)
from services.notifications.repository.last_known import READ_EVERY_S, WAITS_S
from services.notifications.usecases import responding
from services.notifications.usecases.policies import save_policy
from tests.integration.chassis.things import runtime
from tests.integration.notifications.people_in_use import PHONE, account
from tests.support import until
from tests.support.proxy import Proxy
from tests.unit.notifications.alert_examples import POLICIES, START
from tests.unit.notifications.test_area_policies import GOOD

NO_BUS = "amqp://nobody:nothing@127.0.0.1:1/none"
ANA, BEA, MO = account("ana"), account("bea", areas=("*",)), account("mo", role="manager")


class Clock:
    """Monotonic seconds that a test turns on."""

    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


class Kept:
    """Both collections, empty, with their readers, in a runtime of a process."""

    def __init__(self, made: Any) -> None:
        self.runtime, self.clock = made, Clock()
        stale = StaleReads(made.metrics)
        self.responders = Responders(made, announce_nothing)
        self.policies = AreaPolicies(made, announce_nothing)
        self.directory = Directory(self.responders, stale, self.clock)
        self.policies_now = PoliciesNow(self.policies, POLICIES, stale, self.clock)

    def later(self) -> None:
        self.clock.time += READ_EVERY_S

    def stale(self, what: str) -> float | None:
        name = "casework_notifications_stale_reads_total"
        return self.runtime.metrics.registry.get_sample_value(name, {"of": what})

    def tell(self, *told: Account, everybody: tuple[str, ...] | None = None) -> None:
        responding.take_in(self.responders, told, everybody)

    def save(self, area: str = "cluj", draft: Draft = GOOD, made_from: str = "default.v1") -> None:
        told = {"area": area, "kind": Kind.HIGH_RISK, "areas": ("*",), "by": "mo", "at": START}
        save_policy(self.policies, POLICIES, draft, made_from=made_from, **told)


@pytest.fixture
def kept(mongo: Any) -> Iterator[Kept]:
    made = runtime(mongo, NO_BUS)
    for name in (Responders.collection, AreaPolicies.collection):
        made.database.drop_collection(name)
    found = Kept(made)
    found.responders.ensure_indexes()
    found.policies.ensure_indexes()
    yield found
    made.client.close()


def test_a_record_comes_back_as_it_was_saved(kept: Kept) -> None:
    kept.tell(ANA)
    wanted = [Wanted(Channel.SMS, PHONE), Wanted(Channel.EMAIL, "", "account")]
    saved = responding.choose_methods(kept.responders, "ana", wanted, ["m-1", "m-2"])
    assert responding.read_own(kept.responders, "ana") == saved
    assert saved.added == (Method("m-1", Channel.SMS, PHONE),)
    assert kept.responders.everybody() == [saved]


def test_a_policy_comes_back_as_it_was_saved(kept: Kept) -> None:
    kept.save()
    kept.save(draft=replace(GOOD, repeat_every=GOOD.acknowledgement_lasts), made_from="cluj.v1")
    (policy,) = kept.policies.of_area("cluj")
    first = AreaPolicy.first("cluj", Kind.HIGH_RISK, GOOD, by="mo", at=START)
    assert policy.versions[0] == first.current
    assert policy.current.policy.repeat_every == GOOD.acknowledgement_lasts


def test_the_directory_finds_by_id_and_by_role_in_an_area(kept: Kept) -> None:
    kept.tell(ANA, BEA, MO)
    found = kept.directory
    assert [each.id for each in found.of_ids(["mo", "nobody", "ana", "mo"])] == ["mo", "ana"]
    assert {each.id for each in found.of_role("practitioner", "cluj")} == {"ana", "bea"}
    assert [each.id for each in found.of_role("practitioner", "perugia")] == ["bea"]
    assert found.of_role("duty_manager", "cluj") == []
    assert found.strangers(["ana", "nobody", "mo"]) == {"nobody"}
    (ana,) = found.of_ids(["ana"])
    assert [method.address for method in ana.methods] == [ANA.email]


def test_the_directory_forgets_who_is_no_longer_active(kept: Kept) -> None:
    kept.tell(ANA, BEA, everybody=("ana", "bea"))
    assert kept.directory.strangers(["ana"]) == set()
    kept.tell(everybody=("bea",))
    kept.later()
    assert kept.directory.strangers(["ana"]) == {"ana"}
    assert kept.directory.of_ids(["ana"]) == []


def test_only_what_has_changed_is_opened_again(kept: Kept) -> None:
    kept.tell(ANA, BEA)
    before = {each.id: each for each in kept.directory.everybody()}
    kept.tell(replace(BEA, email="bea@other.example"))
    kept.later()
    after = {each.id: each for each in kept.directory.everybody()}
    assert after["ana"] is before["ana"]
    assert after["bea"].methods[0].address == "bea@other.example"


def test_a_damaged_record_hides_nobody_else_and_stays_as_last_known(kept: Kept) -> None:
    kept.tell(ANA, BEA)
    kept.directory.everybody()
    broken = {"$set": {"preferences": {"medium": "loud"}}, "$inc": {"version": 1}}
    kept.runtime.database.responders.update_one({"_id": "staff:ana"}, broken)
    kept.later()
    assert {each.id for each in kept.directory.everybody()} == {"ana", "bea"}
    assert kept.stale("responders") == 1
    with pytest.raises(ValueError, match="loud"):
        kept.tell(replace(ANA, locale="ro"), replace(BEA, locale="ro"))
    assert responding.read_own(kept.responders, "bea").account.locale == "ro"


def test_many_portals_tell_of_the_same_people_at_once(kept: Kept) -> None:
    people = [account(f"p-{number}") for number in range(10)]
    with ThreadPoolExecutor(4) as portals:
        for told in [portals.submit(kept.tell, *people) for _ in range(4)]:
            told.result()
    documents = list(kept.runtime.database.responders.find())
    assert {each["version"] for each in documents} == {1}
    assert len(documents) == len(people)


def test_of_two_choices_at_once_both_were_whole(kept: Kept) -> None:
    kept.tell(ANA)
    with ThreadPoolExecutor(2) as both:
        for number in range(20):
            wanted = [Wanted(Channel.SMS, f"+4070000{number:04}")]
            chosen = both.submit(
                responding.choose_methods, kept.responders, "ana", wanted, [f"m-{number}"]
            )
            kept.tell(replace(ANA, locale=("en", "ro")[number % 2]))
            chosen.result()
    staff = responding.read_own(kept.responders, "ana")
    assert (staff.added[0].id, staff.account.locale) == ("m-19", "ro")


def test_an_erasure_is_finished_by_the_next_one(kept: Kept) -> None:
    kept.tell(ANA)
    kept.tell(replace(ANA, is_active=False))
    kept.responders.change(record_id("ana"), Staff.erased)
    vault = kept.runtime.database.key_vault
    assert vault.count_documents({"keyAltNames": "case:staff:ana"}) == 1
    responding.erase_methods(kept.responders, "ana")
    assert vault.count_documents({"keyAltNames": "case:staff:ana"}) == 0
    kept.tell(ANA)
    assert responding.read_own(kept.responders, "ana").methods[0].address == ANA.email


def test_the_policy_of_an_area_holds_there_and_nowhere_else(kept: Kept) -> None:
    kept.save()
    assert kept.policies_now.of("cluj", Kind.HIGH_RISK).version == "cluj.v1"
    assert kept.policies_now.of("cluj", Kind.ENGAGEMENT) is POLICIES.other
    assert kept.policies_now.of("perugia", Kind.HIGH_RISK) is POLICIES.high_risk
    kept.save(made_from="cluj.v1")
    assert kept.policies_now.of("cluj", Kind.HIGH_RISK).version == "cluj.v1"
    kept.later()
    assert kept.policies_now.of("cluj", Kind.HIGH_RISK).version == "cluj.v2"


def test_a_damaged_policy_stays_as_last_known_and_a_new_process_takes_the_default(
    kept: Kept, mongo: Any
) -> None:
    kept.save()
    kept.save("perugia")
    kept.policies_now.of("cluj", Kind.HIGH_RISK)
    broken = {"$set": {"versions": [{"number": 2}]}, "$inc": {"version": 1}}
    kept.runtime.database.policies.update_one({"_id": "cluj/high_risk"}, broken)
    kept.later()
    assert kept.policies_now.of("cluj", Kind.HIGH_RISK).version == "cluj.v1"
    assert kept.stale("policies") == 1
    fresh = Kept(runtime(mongo, NO_BUS))
    assert fresh.policies_now.of("cluj", Kind.HIGH_RISK) is POLICIES.high_risk
    assert fresh.policies_now.of("perugia", Kind.HIGH_RISK).version == "perugia.v1"


@dataclass(frozen=True)
class Line:
    """The database server of this module, reached through a proxy and soon given up."""

    mongo: Any
    proxy: Proxy

    @property
    def uri(self) -> str:
        uri = self.proxy.uri(self.mongo.uri)
        return f"{uri}{'&' if '?' in uri else '?'}serverSelectionTimeoutMS=300"

    def database(self, service: str) -> Any:
        return self.mongo.database(service)


@pytest.mark.parametrize("how", [Proxy.refuse, Proxy.blackhole], ids=["refused", "half-open"])
def test_while_the_database_is_away_the_last_known_are_at_hand(
    kept: Kept, mongo: Any, how: Callable[[Proxy], None]
) -> None:
    kept.tell(ANA)
    kept.save()
    with Proxy.before(mongo.uri) as proxy:
        away = Kept(runtime(Line(mongo, proxy), NO_BUS))
        assert away.directory.strangers(["ana"]) == set()
        assert away.policies_now.of("cluj", Kind.HIGH_RISK).version == "cluj.v1"
        how(proxy)
        since = monotonic()
        away.later()
        assert away.directory.strangers(["ana"]) == set()
        assert away.policies_now.of("cluj", Kind.HIGH_RISK).version == "cluj.v1"
        assert monotonic() - since < 2 * WAITS_S + 1
        assert (away.stale("responders"), away.stale("policies")) == (1, 1)
        proxy.heal()
        kept.tell(BEA)
        away.later()
        until(lambda: away.directory.strangers(["ana", "bea"]) == set() or away.later(), within=10)


def test_before_anything_could_be_read_nobody_is_taken_for_unknown(mongo: Any) -> None:
    with Proxy.before(mongo.uri) as proxy:
        proxy.refuse()
        away = Kept(runtime(Line(mongo, proxy), NO_BUS))
        for ask in (away.directory.of_ids, away.directory.strangers):
            with pytest.raises(PyMongoError):
                ask(["ana"])
        assert away.policies_now.of("cluj", Kind.HIGH_RISK) is POLICIES.high_risk
        assert (away.stale("responders"), away.stale("policies")) == (2, 1)
