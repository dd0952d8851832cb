"""Sign-ins that no longer count while questions of theirs wait or stream."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from chat.models import LoginSession, Submission, Turn

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def end(login: LoginSession) -> None:
    LoginSession.objects.filter(pk=login.pk).update(ended_at=timezone.now())


def deactivate(login: LoginSession) -> None:
    User.objects.filter(pk=login.user_id).update(is_active=False)


def change_password(login: LoginSession) -> None:
    User.objects.filter(pk=login.user_id).update(password="another")


def unbind(login: LoginSession) -> None:
    change_password(login)
    LoginSession.objects.filter(pk=login.pk).update(password_digest="")


def keep(_: LoginSession) -> None:
    """Leave it as it is."""


@pytest.mark.parametrize("owner", ["", "me"])  # a turn that waits, and one that streams
@pytest.mark.parametrize(
    ("change", "is_lost"), [(keep, False), (end, True), (deactivate, True), (change_password, True), (unbind, False)]
)
def test_a_sign_in_is_lost_if_it_no_longer_counts(
    login: LoginSession, change: Callable[[LoginSession], None], owner: str, *, is_lost: bool
) -> None:
    Turn.objects.submit_to(owner, login, Submission(request_id=uuid4(), question="When?"))

    change(login)

    now = LoginSession.objects.select_related("user").get(pk=login.pk)
    assert Turn.objects.lost_logins() == ([login] if is_lost else [])
    assert now.is_good(now.user) != is_lost


def test_one_whose_turns_have_ended_has_nothing_to_lose(login: LoginSession) -> None:
    Turn.objects.submit_to("", login, Submission(request_id=uuid4(), question="When?"))
    Turn.objects.end(None)

    end(login)

    assert Turn.objects.lost_logins() == []
