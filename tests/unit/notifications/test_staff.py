"""Records of those who are called: always reachable, ids that stay, nothing left after erasure."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.errors import AreaNotYours, ResponderActive, Unreachable
from services.notifications.domain.responders import (
    Channel,
    Medium,
    Method,
    Preferences,
    Responder,
)
from services.notifications.domain.staff import ACCOUNT, Account, Staff, Wanted, key_name
from services.notifications.usecases import responding

ANA = Account(
    id="ana", display_name="Ana", role="practitioner", areas=("cluj",), email="ana@example.org"
)
SMS = Wanted(Channel.SMS, "+40700000001")
HOOK = Wanted(Channel.WEBHOOK, "https://hooks.example/ana")
OWN = Wanted(Channel.EMAIL, "", ACCOUNT)


def chosen(staff: Staff, *wanted: Wanted, prefix: str = "new") -> Staff:
    changed, said = staff.with_methods(wanted, [f"{prefix}-{n}" for n in range(len(wanted))])
    assert said == ()
    return changed


def test_the_address_of_the_account_is_there_by_itself_and_follows_it() -> None:
    staff = Staff(account=ANA)
    assert staff.methods == (Method(ACCOUNT, Channel.EMAIL, "ana@example.org"),)
    staff = chosen(staff, OWN, SMS)
    moved, _ = staff.described(replace(ANA, email="ana@new.example"))
    assert [method.address for method in moved.methods] == ["ana@new.example", "+40700000001"]


def test_it_may_be_turned_off_only_while_another_remains() -> None:
    without = chosen(Staff(account=ANA), SMS)
    assert [method.channel for method in without.methods] == [Channel.SMS]
    with pytest.raises(Unreachable):
        chosen(without)
    assert chosen(without, OWN).methods[0].id == ACCOUNT


def test_a_method_keeps_its_id_while_its_address_changes() -> None:
    staff = chosen(Staff(account=ANA), OWN, SMS, HOOK)
    sms, hook = (method.id for method in staff.added)
    other = replace(SMS, id=sms, address="+40700000002")
    changed = chosen(staff, OWN, HOOK, other, SMS, prefix="later")
    assert changed.added == (
        Method(hook, Channel.WEBHOOK, HOOK.address),
        Method(sms, Channel.SMS, "+40700000002"),
        Method("later-3", Channel.SMS, SMS.address),
    )


def test_the_same_wish_twice_changes_nothing() -> None:
    staff = chosen(Staff(account=ANA), SMS, HOOK)
    assert chosen(staff, SMS, HOOK, prefix="later") == staff


def test_an_address_is_told_once_however_often_it_is_given() -> None:
    again = Wanted(Channel.EMAIL, "ana@example.org")
    staff = chosen(Staff(account=ANA), OWN, again, SMS, SMS)
    assert [method.id for method in staff.methods] == [ACCOUNT, "new-2"]
    assert [method.id for method in chosen(staff, again, SMS).methods] == ["new-0", "new-2"]


def test_an_id_that_is_not_hers_is_a_new_method() -> None:
    staff = chosen(Staff(account=ANA), replace(SMS, id="bea-1"))
    assert [method.id for method in staff.methods] == ["new-0"]


places = st.builds(
    Wanted,
    st.sampled_from([Channel.SMS, Channel.CHAT]),
    st.sampled_from(["a", "b", "c"]),
    st.sampled_from([None, ACCOUNT, "new-0", "new-1", "other"]),
)


@given(st.lists(st.lists(places, min_size=1, max_size=5), max_size=4))
def test_whatever_is_wanted_somebody_stays_reachable_and_ids_are_hers_alone(wishes: Any) -> None:
    staff = Staff(account=ANA)
    for round_, wanted in enumerate(wishes):
        staff = chosen(staff, *wanted, prefix=f"{round_}-new" if round_ else "new")
        ids = [method.id for method in staff.methods]
        addresses = [(method.channel, method.address) for method in staff.methods]
        assert ids
        assert len(set(ids)) == len(ids)
        assert len(set(addresses)) == len(addresses)
        told = {(w.channel, w.address) for w in wanted if w.id != ACCOUNT}
        assert told == {(m.channel, m.address) for m in staff.added}


def test_who_is_no_longer_active_keeps_what_she_chose_until_it_is_erased() -> None:
    staff = chosen(Staff(account=ANA), SMS)
    with pytest.raises(ResponderActive):
        staff.erased()
    gone, _ = staff.described(replace(ANA, is_active=False, email="other@example.org"))
    assert (gone.account.is_active, gone.account.email) == (False, "ana@example.org")
    assert gone.methods == staff.methods
    erased, _ = gone.erased()
    assert (erased.methods, erased.account.display_name, erased.erasures) == ((), "", 1)
    assert erased.erased() == (erased, ())
    assert erased.described(replace(ANA, is_active=False)) == (erased, ())
    back, _ = erased.described(ANA)
    assert [method.address for method in back.methods] == ["ana@example.org"]
    assert back.key_name == key_name("ana", 1) != staff.key_name


def test_who_is_called_is_who_is_kept() -> None:
    preferences = Preferences(medium=Medium.DIGEST, digest_at=time(7, 30))
    staff, _ = chosen(Staff(account=ANA), SMS).with_preferences(preferences)
    assert staff.responder == Responder(
        id="ana",
        display_name="Ana",
        role="practitioner",
        areas=("cluj",),
        methods=staff.methods,
        preferences=preferences,
    )


class Room:
    """Somebody for each area, and one for all."""

    def everybody(self) -> list[Responder]:
        return [
            Responder(id=name, display_name=name.title(), role="practitioner", areas=(area,))
            for name, area in (("cleo", "cluj"), ("ana", "cluj"), ("pia", "perugia"), ("zoe", "*"))
        ]


@pytest.mark.parametrize(
    ("area", "areas", "found"),
    [
        ("cluj", ("cluj",), ["ana", "cleo", "zoe"]),
        (None, ("perugia",), ["pia", "zoe"]),
        (None, ("*",), ["ana", "cleo", "pia", "zoe"]),
        ("perugia", ("*",), ["pia", "zoe"]),
    ],
)
def test_a_manager_sees_who_may_be_called_in_her_areas(area: Any, areas: Any, found: Any) -> None:
    assert [each.id for each in responding.list_reachable(Room(), area, areas)] == found


def test_and_in_no_other() -> None:
    with pytest.raises(AreaNotYours):
        responding.list_reachable(Room(), "perugia", ("cluj",))
