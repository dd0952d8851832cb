"""What an answer quotes of a source that it does not name is masked for readers who may no longer hear that source."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chat.conversations.rendering import render_ended, render_turn, turns_of
from chat.models import LoginSession
from chat.people.own_data_in_markdown import conversation_text

from ..support.asked import asked, quoting, recorded
from ..support.withdrawing import KEPT, OPEN, SECRET, WITHDRAWN, Change, Quoted, move, quoted_unnamed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

MASKED = f"The {OPEN} stays in {OPEN} bay [1]. [A sentence from a source that you may no longer hear.] So it is."
DIFFERS = f"“the {SECRET} engine is what they take”"


def text(scene: Quoted, reader_id: int) -> str:
    return turns_of(scene.conversation, reader_id).turns[0].text


@pytest.mark.parametrize("change", WITHDRAWN)
def test_the_sentence_is_masked_however_the_source_was_withdrawn(
    client: Client, login: LoginSession, change: Change
) -> None:
    scene = quoted_unnamed(login)
    client.force_login(login.user)
    assert SECRET in client.get(scene.conversation.get_absolute_url()).content.decode()
    change(scene)

    page = client.get(scene.conversation.get_absolute_url()).content.decode()
    assert text(scene, login.user_id) == MASKED
    for shown in (page, render_turn(scene.turn), render_ended(scene.turn.uuid)):
        assert SECRET not in shown
        assert OPEN in shown


@pytest.mark.parametrize("change", KEPT)
def test_it_is_shown_to_those_who_still_hear_the_source(login: LoginSession, change: Change) -> None:
    scene = quoted_unnamed(login)
    change(scene)

    assert text(scene, login.user_id) == scene.turn.answer


def test_a_quotation_with_other_words_is_masked_as_well(login: LoginSession) -> None:
    scene = quoted_unnamed(login, quotation=DIFFERS)
    assert [each.fidelity for each in scene.turn.quotations.all()] == ["differs"]
    move(scene)

    assert text(scene, login.user_id) == MASKED


def test_what_is_found_nowhere_stays(login: LoginSession) -> None:
    scene = quoted_unnamed(login, quotation="“our shareholders demand bigger dividends”")
    assert [each.fidelity for each in scene.turn.quotations.all()] == ["not_found"]
    move(scene)

    assert text(scene, login.user_id) == scene.turn.answer


def test_an_answer_that_names_no_source_is_masked_as_a_whole(login: LoginSession) -> None:
    scene = quoted_unnamed(login, is_cited=False)
    move(scene)

    assert text(scene, login.user_id) == "[An answer from a source that you may no longer hear.]"


def test_reviewers_and_exports_read_by_their_own_ears(carol: User, login: LoginSession) -> None:
    scene = quoted_unnamed(login)
    own, reviewed = (turns_of(scene.conversation, reader).turns for reader in (login.user_id, carol.pk))

    assert SECRET in conversation_text(scene.conversation, own)
    assert SECRET not in conversation_text(scene.conversation, reviewed)
    assert SECRET not in reviewed[0].revealed_answer


def test_the_queries_of_a_page_do_not_grow_with_what_is_quoted(login: LoginSession) -> None:
    scene = quoted_unnamed(login)
    counts = [queries_of_a_page(scene)]
    for _ in range(5):
        other = recorded("Plans", f"The {SECRET} engine is what we take.", collection=scene.collection)
        answer = f"“The {SECRET} engine is what we take.”"
        asked(login, conversation=scene.conversation, answer=answer, quotations=quoting(answer, other))
    counts.append(queries_of_a_page(scene))
    move(scene)
    counts.append(queries_of_a_page(scene))

    assert counts == [counts[0]] * 3


def queries_of_a_page(scene: Quoted) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert all(turn.html() for turn in turns_of(scene.conversation, scene.turn.user_id).turns)
    return len(queries)
