"""Locking somebody out: with a command, in a shell or by a query, where no page of ours is involved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client

from chat.database import in_database
from chat.models import ApiToken, LoginSession, Turn
from chat.models.secret import digest_of
from chat.turns.runner import TurnRunner

from ..support.asked import asked
from ..support.scripts import Scripts

NEW = "quite-another-word"


def set_unusable_password(user: User) -> None:
    user.set_unusable_password()
    user.save()


def set_inactive(user: User) -> None:
    user.is_active = False
    user.save()


def store_password(user: User) -> None:
    user.password = make_password(NEW)
    user.save()


def update_in_bulk(user: User) -> None:
    user.is_active = False
    User.objects.bulk_update([user], ["is_active"])


def change_password(user: User) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("getpass.getpass", lambda *_, **__: NEW)
        call_command("changepassword", user.username, verbosity=0)


def run_sql(user: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE auth_user SET is_active = %s WHERE id = %s", [False, user.pk])


BY_SAVING: dict[str, Callable[[User], Any]] = {
    "changepassword": change_password,
    "an inactive user": set_inactive,
    "no usable password": set_unusable_password,
    "a stored password": store_password,
}
BY_QUERIES: dict[str, Callable[[User], Any]] = {
    "an update to inactive": lambda user: User.objects.filter(pk=user.pk).update(is_active=False),
    "an update of the password": lambda user: User.objects.filter(pk=user.pk).update(password=make_password(NEW)),
    "bulk_update": update_in_bulk,
    "SQL": run_sql,
}
WAYS = BY_SAVING | BY_QUERIES


@pytest.mark.django_db
@pytest.mark.parametrize("lock_out", BY_SAVING.values(), ids=BY_SAVING)
def test_a_saved_user_is_signed_out_at_once_with_their_turns(
    alice: User, login: LoginSession, lock_out: Callable[[User], Any]
) -> None:
    streaming, queued = asked(login, state="streaming"), asked(login, state="queued")
    token, _ = ApiToken.issue(alice, "a program")

    lock_out(alice)

    for row in (login, token.login_session, streaming, queued):
        row.refresh_from_db()
    assert login.ended_at
    assert token.login_session.ended_at
    assert (bool(streaming.stop_requested_at), queued.state) == (True, "cancelled")


@pytest.mark.django_db
@pytest.mark.parametrize("lock_out", WAYS.values(), ids=WAYS)
def test_a_turn_of_somebody_who_is_locked_out_is_never_claimed(
    alice: User, bob: User, login: LoginSession, lock_out: Callable[[User], Any]
) -> None:
    asked(login, state="queued")
    other = asked(LoginSession.objects.create(user=bob), state="queued")

    lock_out(alice)

    assert Turn.objects.claim("a process") == [other]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lock_out", BY_QUERIES.values(), ids=BY_QUERIES)
async def test_running_and_queued_turns_of_somebody_who_is_locked_out_end_and_ask_the_model_nothing_more(
    alice: User, login: LoginSession, runner: TurnRunner, scripts: Scripts, lock_out: Callable[[User], Any]
) -> None:
    running = await in_database(lambda: asked(login, "First?", state="queued"))
    queued = [await in_database(asked, login, f"{number}?", state="queued") for number in range(5)]
    runner.wake()
    await scripts["First?"].asked.wait()

    await in_database(lock_out, alice)

    async with asyncio.timeout(20):
        await scripts["First?"].cancelled.wait()
        while await in_database(lambda: Turn.objects.filter(ended_at=None).exists()):  # noqa: ASYNC110  # a test polls
            await asyncio.sleep(0.05)
    states = {turn.pk: turn.state for turn in await in_database(lambda: list(Turn.objects.all()))}
    assert states == {running.pk: "stopped"} | {turn.pk: "cancelled" for turn in queued}
    assert not any(scripts[turn.question].asked.is_set() for turn in queued)


@pytest.mark.django_db
@pytest.mark.parametrize("lock_out", WAYS.values(), ids=WAYS)
def test_a_token_of_somebody_who_is_locked_out_does_not_sign_in(alice: User, lock_out: Callable[[User], Any]) -> None:
    _, secret = ApiToken.issue(alice, "a program")

    lock_out(alice)

    assert ApiToken.login(digest_of(secret)) is None


@pytest.mark.django_db
def test_a_user_who_is_saved_without_a_change_stays_signed_in(alice: User, login: LoginSession) -> None:
    alice.first_name = "Alice"
    alice.save()
    alice.save(update_fields=["is_active", "password"])

    login.refresh_from_db()
    assert login.ended_at is None


@pytest.mark.django_db
def test_a_renewed_hash_of_the_same_password_changes_nothing(alice: User, login: LoginSession) -> None:
    alice.password = make_password("alice-secret-words")
    alice.save(update_fields=["password"])  # as Django does when somebody signs in
    queued = asked(login, state="queued")

    assert Turn.objects.claim("a process") == [queued]


@pytest.mark.django_db
@pytest.mark.usefixtures("static_files")
def test_who_changes_their_own_password_goes_on_asking(client: Client, alice: User) -> None:
    client.force_login(alice)
    passwords = {"old_password": "alice-secret-words", "new_password1": NEW, "new_password2": NEW}
    client.post("/accounts/password/", passwords)
    login = LoginSession.objects.get(ended_at=None)
    queued = asked(login, state="queued")

    assert Turn.objects.claim("a process") == [queued]
    assert client.get("/").status_code == 200


@pytest.mark.django_db
def test_a_login_from_before_the_upgrade_counts_until_it_is_ended(alice: User, login: LoginSession) -> None:
    LoginSession.objects.update(password_digest="")
    queued = asked(login, state="queued")

    assert Turn.objects.claim("a process") == [queued]
