"""Questions of sockets, which are stored only while their sign-in counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone

from chat.models import Conversation, LoginSession, SignedOut, SignIn, Submission, Turn

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

ENDS: dict[str, Callable[[LoginSession], object]] = {
    "signed out": lambda login: login.end(),
    "deactivated": lambda login: User.objects.filter(pk=login.user_id).update(is_active=False),
    "another password": lambda login: User.objects.filter(pk=login.user_id).update(password=make_password("other")),
    "session expired": lambda login: Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1)),
    "session gone": lambda login: Session.objects.all().delete(),
}


def question(login: LoginSession, session: str) -> Submission:
    return Submission(request_id=uuid4(), question="When?", sign_in=SignIn.of(login, session))


def test_a_question_is_stored_while_its_sign_in_counts(login: LoginSession, session: str) -> None:
    submitted = Turn.objects.submit_to("me", login, question(login, session))

    assert submitted.is_started


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_question_whose_sign_in_has_ended_is_refused_and_nothing_is_stored(
    login: LoginSession, session: str, end: Callable[[LoginSession], object]
) -> None:
    asked = question(login, session)

    end(login)

    with pytest.raises(SignedOut):
        Turn.objects.submit_to("me", login, asked)
    assert not Conversation.objects.exists()


def test_a_repeated_request_is_refused_as_well(login: LoginSession, session: str) -> None:
    asked = question(login, session)
    Turn.objects.submit_to("me", login, asked)

    Session.objects.all().delete()

    with pytest.raises(SignedOut):
        Turn.objects.submit_to("me", login, asked)


def test_no_sign_in_shows_in_the_text_of_a_submission(login: LoginSession, session: str) -> None:
    assert login.user.password not in repr(question(login, session))
