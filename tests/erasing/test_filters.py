"""The name of an erased speaker in the filters of questions goes with the name, and with the last of that name."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from chat.erasing.erase import erase
from chat.models import REMOVED_SPEAKER, Collection, LoginSession, Recording, Turn, holding

from ..support.asked import asked, recorded
from .erased import answer_of, erased, places_of, plan

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("media")]


def filtered(turn: Turn, *speakers: str) -> Turn:
    Turn.objects.filter(pk=turn.pk).update(limits={"speakers": list(speakers), "undated": True})
    return turn


def filter_of(turn: Turn) -> object:
    return Turn.objects.values_list("limits", flat=True).get(pk=turn.pk)


def test_the_name_goes_from_all_filters(login: LoginSession, recording: Recording) -> None:
    quoting = filtered(answer_of(login, recording), "Ana", "Bob")
    elsewhere = filtered(asked(login, "Who knows?"), "Ana", "Anabel")

    erased(replaces_name=True)

    assert filter_of(quoting) == {"speakers": [REMOVED_SPEAKER, "Bob"], "undated": True}
    assert filter_of(elsewhere) == {"speakers": [REMOVED_SPEAKER, "Anabel"], "undated": True}


def test_the_filter_of_who_asks_about_somebody_else_of_this_name_stays(
    login: LoginSession, recording: Recording
) -> None:
    other = Collection.objects.create(name="Board")
    recorded("Board meeting", "We buy it.", collection=other)
    quoting = filtered(answer_of(login, recording), "Ana")
    elsewhere = filtered(asked(login, "Who knows?"), "Ana")

    erasure = plan(recording=recording).begin(None, replaces_name=True)
    assert erase(erasure, "a test", lambda: None)

    assert filter_of(quoting) == {"speakers": [REMOVED_SPEAKER], "undated": True}
    assert filter_of(elsewhere) == {"speakers": ["Ana"], "undated": True}


def test_where_the_name_stays_filters_have_it(login: LoginSession, recording: Recording) -> None:
    quoting = filtered(answer_of(login, recording), "Ana")

    erased()

    assert filter_of(quoting) == {"speakers": ["Ana"], "undated": True}


def test_a_hold_keeps_a_filter_until_it_is_released(login: LoginSession, recording: Recording, alice: User) -> None:
    elsewhere = filtered(asked(login, "Who knows?"), "Ana")
    erasure = plan().begin(None, replaces_name=True)
    hold = holding.place(alice, name="Case 7", reason="A claim", actor=None)
    assert not erase(erasure, "a test", lambda: None)
    assert filter_of(elsewhere) == {"speakers": ["Ana"], "undated": True}

    holding.release(hold, actor=None)
    erasure.resume()

    assert erase(erasure, "a test", lambda: None)
    assert places_of('"ana"') == []
