"""The pages on which a speaker is erased: who may, what is asked before, and what is shown of foreign answers."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from chat.erasing.erase import erase
from chat.erasing.eraser import Eraser
from chat.models import (
    REMOVED,
    AccessEvent,
    Collection,
    LoginSession,
    Membership,
    Pseudonym,
    Recording,
    Role,
    SpeakerErasure,
    holding,
)

from ..support.asked import asked, citing, recorded
from ..support.pages import browser_of, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

SURE = {"sure": "on"}


@pytest.fixture
def recording(alice: User, bob: User) -> Recording:
    """A recording in a collection that bob manages and alice hears."""
    sales = Collection.objects.create(name="Sales")
    Membership.objects.create(collection=sales, user=bob, role=Role.MANAGE)
    Membership.objects.create(collection=sales, user=alice)
    return recorded("Pipeline", "We ship in March.", collection=sales, audio="a.mp3")


def said(response: object) -> str:
    return " ".join(text(response).split())


def test_who_manages_sees_the_counts_and_confirms(login: LoginSession, recording: Recording, bob: User) -> None:
    asked(login, answer="In March. [1]", citations=[citing(recording)])
    page, new = browser_of(bob), f"/erasures/new/?recording={recording.uuid}&speaker=Ana"

    assert new.split("&")[0] in text(page.get(f"/recordings/{recording.uuid}/"))
    asking = said(page.get(new))
    assert "1 recording, 1 segment, 0 passages. 1 answer of 1 person quote" in asking
    assert "The audio still has their voice" in asking
    refused = page.post(new)
    assert refused.status_code == 400
    assert "Please confirm" in text(refused)
    assert not SpeakerErasure.objects.exists()

    response = page.post(new, SURE, follow=True)

    assert "are being erased" in said(response)
    [event] = AccessEvent.objects.of_collection(recording.collection.uuid)
    assert (event.actor_name, event.details) == ("bob", {"recordings": 1})


def test_nobody_else_may(recording: Recording, alice: User, bob: User) -> None:
    new = f"/erasures/new/?recording={recording.uuid}&speaker=Ana"
    assert browser_of(alice).get(new).status_code == 403
    assert browser_of(alice).post(new, SURE).status_code == 403

    other = recorded("Elsewhere", "We ship in March.")
    page = browser_of(bob)
    assert page.get(f"/erasures/new/?recording={other.uuid}").status_code == 404
    assert page.get(f"/erasures/new/?collection={other.collection.uuid}").status_code == 404
    assert "1 recording," in said(page.get("/erasures/new/?speaker=Ana"))
    nobody = page.post("/erasures/new/?speaker=Nobody", SURE)
    assert nobody.status_code == 400
    assert "Nobody of this name speaks there." in text(nobody)


@pytest.mark.django_db(transaction=True)
def test_the_list_of_changed_answers_shows_nothing_of_them_and_the_owner_sees_when(
    login: LoginSession, recording: Recording, alice: User, bob: User
) -> None:
    turn = asked(login, "When do we ship?", answer="In March. [1]", citations=[citing(recording)])
    browser_of(bob).post(f"/erasures/new/?collection={recording.collection.uuid}&speaker=Ana", SURE)
    erasure = SpeakerErasure.objects.get()

    assert erase(erasure, "a test", lambda: None)

    shown = said(browser_of(bob).get(f"/erasures/{erasure.uuid}/"))
    assert str(turn.uuid)[:8] in shown
    assert Pseudonym.objects.of(alice.pk) in shown
    assert "2 places" in shown
    for hidden in ("When do we ship?", "March", "alice", str(turn.uuid)):
        assert hidden not in shown
    assert "Ana" in said(browser_of(bob).get("/erasures/"))
    assert browser_of(alice).get(f"/erasures/{erasure.uuid}/").status_code == 404
    own = said(browser_of(alice).get(f"/c/{turn.conversation.uuid}/"))
    assert "Words of a speaker were removed from this answer on" in own
    assert "In March" not in own


@pytest.mark.django_db(transaction=True)
def test_one_that_a_hold_has_stopped_says_so_and_continues_when_asked(
    login: LoginSession, recording: Recording, alice: User, bob: User
) -> None:
    turn = asked(login, answer="In March. [1]", citations=[citing(recording)])
    browser_of(bob).post(f"/erasures/new/?recording={recording.uuid}&speaker=Ana", SURE)
    hold = holding.place(alice, name="Case 7", reason="A claim", actor=None)
    Eraser("a test").look()
    page = f"/erasures/{SpeakerErasure.objects.get().uuid}/"
    assert "Answers kept: 1. This is kept under the legal hold “Case 7”." in said(browser_of(bob).get(page))
    holding.release(hold, actor=None)
    Eraser("a test").look()  # which waits for some minutes
    assert "Continue" in said(browser_of(bob).get(page))

    shown = browser_of(bob).post(f"{page}resume/", follow=True)
    Eraser("a test").look()

    assert "are being erased" in said(shown)
    assert "were erased on" in said(browser_of(bob).get(page))
    turn.refresh_from_db()
    assert turn.answer == REMOVED
    assert browser_of(alice).post(f"{page}resume/").status_code == 404
