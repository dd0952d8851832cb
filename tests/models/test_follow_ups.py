"""Questions that go on with a conversation: most questions do."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from chat.models import Citation, Conversation, LoginSession, NotFound, Quotation, Submission, Turn
from chat.models.turns import asked as statements

from ..support.asked import asked

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


def submitted(login: LoginSession, conversation: Conversation | None = None) -> Turn:
    uuid = conversation.uuid if conversation else None
    question = Submission(request_id=uuid4(), question="And why?", conversation=uuid)
    return Turn.objects.submit_to("me", login, question).turn


def test_it_moves_its_conversation_to_the_top(login: LoginSession) -> None:
    first, _ = asked(login), asked(login)
    Conversation.objects.update(asked_at=Now() - timedelta(days=1))
    before = Conversation.objects.get(pk=first.conversation_id).asked_at

    turn = submitted(login, first.conversation)

    kept = Conversation.objects.of(login.user_id)[0]
    assert (turn.conversation, turn.conversation.title) == (kept, kept.title) == (first.conversation, kept.title)
    assert kept.asked_at > before


def test_it_takes_no_more_statements_than_a_first_question(login: LoginSession, bob: User) -> None:
    first, other = asked(login), LoginSession.objects.create(user=bob)
    with CaptureQueriesContext(connection) as begun:
        submitted(other)

    with CaptureQueriesContext(connection) as continued:
        submitted(login, first.conversation)

    assert len(continued) <= len(begun)


def test_nothing_is_looked_for_in_earlier_answers_whose_sources_are_all_heard(
    login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = asked(login, answer="In April.")
    turn = submitted(login, first.conversation)
    for kind, method in ((Citation, "for_reader"), (Quotation, "hidden_from")):
        monkeypatch.setattr(type(kind.objects), method, staticmethod(lambda _: pytest.fail("a query was compiled")))

    before = statements.exchanges_before(turn, 6)

    assert [(each.question, each.answer) for each in before] == [(first.question, "In April.")]


@pytest.mark.parametrize("whose", ["deleted", "another user's", "nobody's"])
def test_it_is_refused_if_its_user_has_no_such_conversation(login: LoginSession, bob: User, whose: str) -> None:
    conversation = Conversation(uuid=uuid4())
    if whose == "deleted":
        conversation = asked(login).conversation
        conversation.discard()
    elif whose == "another user's":
        conversation = asked(LoginSession.objects.create(user=bob)).conversation
    before = Turn.objects.count()

    with pytest.raises(NotFound):
        submitted(login, conversation)

    assert Turn.objects.count() == before
