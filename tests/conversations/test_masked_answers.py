"""What a reader may no longer hear is masked wherever an answer is shown; whoever still hears it sees all of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chat.conversations.rendering import render_ended, render_turn, turns_of
from chat.models import Collection, LoginSession, Membership

from ..support.asked import asked, citing, recorded
from ..support.withdrawing import KEPT, OPEN, SECRET, WITHDRAWN, Change, Quoted, move, quoted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

NOTICE = "[A sentence from a source that you may no longer hear.]"
Surface = Callable[[Client, Quoted], str]


def page(client: Client, scene: Quoted) -> str:
    return client.get(scene.conversation.get_absolute_url()).content.decode()


def page_to_edit(client: Client, scene: Quoted) -> str:
    return client.get(f"{scene.conversation.get_absolute_url()}?edit={scene.turn.uuid}").content.decode()


def earlier(client: Client, scene: Quoted) -> str:
    later = asked(scene.turn.login_session, "Later?", conversation=scene.conversation, state="cancelled")
    return client.get(f"{scene.conversation.get_absolute_url()}?before={later.uuid}").content.decode()


def newer(client: Client, scene: Quoted) -> str:
    return client.get(f"{scene.conversation.get_absolute_url()}turns/").content.decode()


def fragment(client: Client, scene: Quoted) -> str:
    return client.get(f"/turns/{scene.turn.uuid}/").content.decode()


def at_its_end(client: Client, scene: Quoted) -> str:
    return render_ended(scene.turn.uuid)


def found(client: Client, scene: Quoted) -> str:
    return client.get("/conversations/all/?q=engine").content.decode()


SURFACES: tuple[Surface, ...] = (page, page_to_edit, earlier, newer, fragment, at_its_end)


@pytest.mark.parametrize("surface", SURFACES)
def test_no_word_of_what_was_withdrawn_is_shown(client: Client, login: LoginSession, surface: Surface) -> None:
    scene = quoted(login)
    client.force_login(scene.turn.user)
    before = surface(client, scene)
    move(scene)
    after = surface(client, scene)

    assert SECRET in before
    assert OPEN in before
    assert SECRET not in after.casefold()
    assert str(scene.secret.uuid) not in after
    assert OPEN in after


@pytest.mark.parametrize("change", WITHDRAWN)
def test_it_is_masked_however_it_was_withdrawn(login: LoginSession, change: Change) -> None:
    scene = quoted(login)
    change(scene)
    html = render_turn(scene.turn)

    assert SECRET not in html
    assert f'<span class="mask">{NOTICE}</span> The {OPEN} stays' in html
    assert html.count("A source that you may no longer hear") == 1
    assert "a recording that you may no longer hear" in html


@pytest.mark.parametrize("change", KEPT)
def test_it_is_shown_to_those_who_still_hear_it(login: LoginSession, change: Change) -> None:
    scene = quoted(login)
    change(scene)
    html = render_turn(scene.turn)

    assert html.count(SECRET) > 3
    assert "no longer hear" not in html


def test_it_is_shown_again_when_its_reader_hears_it_again(login: LoginSession) -> None:
    scene = quoted(login)
    before = turns_of(scene.conversation, login.user_id).turns[0].text
    Membership.objects.filter(collection=scene.collection).delete()
    Membership.objects.create(collection=scene.collection, user=login.user)

    assert turns_of(scene.conversation, login.user_id).turns[0].text == before


def test_a_masked_source_has_no_link_sound_or_time(login: LoginSession) -> None:
    scene = quoted(login, answer=f"Only {SECRET} [1].")
    move(scene)
    card = render_turn(scene.turn).split(f'id="source-{scene.turn.uuid}-1"')[1].split("</li>")[0]

    assert "Source " in card
    assert not any(part in card for part in ("href", "data-play", "timeline", "<blockquote", "source__time"))


def test_a_running_answer_from_what_was_withdrawn_shows_no_text(login: LoginSession) -> None:
    from chat.models import Append, Claim, found_passage

    collection = Collection.objects.create(name="Board")
    secret = recorded(f"Title {SECRET}", f"The {SECRET} engine.", collection=collection)
    turn = asked(login, answer=f"The {SECRET}", state="streaming")
    found = [found_passage(secret, list(secret.segments.all()), [])]
    append = Append(claim=Claim.of(turn), seq=turn.seq, phase="answering", texts=[], passages=found)
    type(turn).objects.append([append])

    assert SECRET not in render_turn(turn)
    Membership.objects.create(collection=collection, user=login.user)
    assert SECRET in render_turn(turn)


@pytest.mark.parametrize("state", ["stopped", "failed", "interrupted"])
def test_an_answer_that_broke_off_is_masked_up_to_its_end(login: LoginSession, state: str) -> None:
    scene = quoted(login, answer=f"It is {SECRET} [1]. The {OPEN} is [2]. And {SECRET} is", state=state)
    move(scene)
    html = render_turn(scene.turn)

    assert SECRET not in html
    assert OPEN in html


def test_an_answer_that_names_no_source_is_masked_as_a_whole(login: LoginSession) -> None:
    collection = Collection.objects.create(name="Board")
    given = citing(recorded("Launch", f"The {SECRET} engine.", collection=collection), excerpt=f"The {SECRET} engine.")
    given.cited = False
    html = render_turn(asked(login, answer=f"It must be {SECRET}.", citations=[given]))

    assert SECRET not in html
    assert "[An answer from a source that you may no longer hear.]" in html
    assert "data-given" in html


def test_a_reviewer_reads_by_its_own_ears(review: Client, carol: User, login: LoginSession) -> None:
    scene = quoted(login)
    shown = [turns_of(scene.conversation, reader).turns[0] for reader in (login.user_id, carol.pk)]

    assert [SECRET in turn.text for turn in shown] == [True, False]
    assert [SECRET in turn.revealed_answer for turn in shown] == [True, False]
    assert [[SECRET in source.excerpt for source in turn.sources] for turn in shown] == [[True, False], [False, False]]


def test_the_queries_of_a_page_do_not_grow_with_what_is_masked(login: LoginSession) -> None:
    scene = quoted(login)
    counts = [queries_of_a_page(scene, login)]
    for _ in range(5):
        citations = [citing(scene.secret), citing(recorded(), 2)]
        asked(login, conversation=scene.conversation, answer="A [1]. B [2].", citations=citations)
    counts.append(queries_of_a_page(scene, login))
    move(scene)
    counts.append(queries_of_a_page(scene, login))

    assert counts == [counts[0]] * 3
    assert counts[0] <= 5


def queries_of_a_page(scene: Quoted, login: LoginSession) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert all(turn.html() for turn in turns_of(scene.conversation, login.user_id).turns)
    return len(queries)
