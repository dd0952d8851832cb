from __future__ import annotations

import asyncio
import random
import string
import threading
from contextlib import closing
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django import Settings

from chat.models import (
    Chunk,
    Citation,
    Conversation,
    FirstRunLink,
    Invitation,
    LoginSession,
    PasswordReset,
    Recording,
    SignInAttempt,
    Turn,
)
from chat.upkeep import purge

from ..support.asked import asked, citing, recorded
from ..support.reader import Reader
from ..support.site_process import SiteProcess

pytestmark = pytest.mark.django_db(transaction=True)


def purged(*arguments: str) -> str:
    out = StringIO()
    call_command("purge", *arguments, stdout=out)
    return out.getvalue()


def discarded(login: LoginSession, **more: Any) -> Conversation:
    conversation = asked(login, **more).conversation
    conversation.discard()
    return conversation


def make_idle(conversation: Conversation, days: int) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(asked_at=Now() - timedelta(days=days))


def test_a_deleted_conversation_is_removed_with_everything_in_it(login: LoginSession) -> None:
    recording = recorded("Launch", "We ship in March.")
    kept = asked(login, citations=[citing(recording)])
    gone = asked(login, citations=[citing(recording)])
    asked(login, conversation=gone.conversation, state="failed")
    gone.conversation.discard()

    output = purged()

    assert output.startswith("Removed 1 conversations with 2 turns, ")
    assert list(Turn.objects.all()) == [kept]
    assert list(Citation.objects.values_list("turn", flat=True)) == [kept.pk]
    assert (Conversation.objects.count(), Recording.objects.count()) == (1, 1)


def test_a_conversation_that_was_idle_too_long_is_removed(login: LoginSession, settings: Settings) -> None:
    settings.CHAT_RETENTION_DAYS = 30
    old, recent = asked(login).conversation, asked(login).conversation
    make_idle(old, 31)
    make_idle(recent, 29)

    purged()

    assert list(Conversation.objects.all()) == [recent]


def test_without_a_limit_idle_conversations_are_kept(login: LoginSession) -> None:
    make_idle(asked(login).conversation, 10_000)

    purged()

    assert Conversation.objects.count() == 1


@pytest.mark.parametrize("state", ["queued", "streaming"])
def test_queued_and_streaming_turns_are_kept(login: LoginSession, settings: Settings, state: str) -> None:
    settings.CHAT_RETENTION_DAYS = 1
    deleted = asked(login, state=state).conversation
    Conversation.objects.filter(pk=deleted.pk).update(deleted_at=Now())
    other = LoginSession.objects.create(user=login.user)
    idle = asked(other, state=state).conversation
    make_idle(idle, 2)

    purged()

    assert set(Turn.objects.values_list("state", flat=True)) == {state}
    assert list(Conversation.objects.filter(deleted_at=None)) == [idle]
    assert Chunk.objects.count() == (6 if state == "streaming" else 0)


def test_a_retry_is_removed_with_the_first_attempt(login: LoginSession) -> None:
    first = asked(login)
    again = asked(login, conversation=first.conversation)
    Turn.objects.filter(pk=again.pk).update(retry_of=first)
    first.conversation.discard()

    purged()

    assert Turn.objects.count() == 0


def test_login_sessions_are_removed_when_nothing_belongs_to_them(alice: User) -> None:
    ended, ended_with_turns, lost, fresh, live = (LoginSession.objects.create(user=alice) for _ in range(5))
    for login in (ended_with_turns, ended):
        if login is ended_with_turns:
            asked(login)
        login.end()
    LoginSession.objects.filter(pk__in=[lost.pk, live.pk]).update(created_at=Now() - timedelta(days=2))
    browser = SessionStore()
    browser[LoginSession.SESSION_KEY] = str(live.uuid)
    browser.save()

    purged()

    assert set(LoginSession.objects.all()) == {ended_with_turns, fresh, live}


def test_expired_sessions_and_old_attempts_are_removed(alice: User) -> None:
    for days in (-1, 1):
        Session.objects.create(session_key=str(days), session_data="", expire_date=timezone.now() + timedelta(days))
        SignInAttempt.objects.create(key="x", at=Now() + timedelta(days))

    output = purged()

    assert "1 expired sessions, 1 old sign-in attempts" in output
    assert (list(Session.objects.values_list("pk", flat=True)), SignInAttempt.objects.count()) == (["1"], 1)


def test_links_that_nobody_can_use_any_more_are_removed(alice: User) -> None:
    ago = [timezone.now() - timedelta(days) for days in (60, 40, 10, -3)]
    for number, (made, expires) in enumerate([(ago[0], ago[1]), (ago[0], ago[2]), (ago[2], ago[3])]):
        dates = {"made_at": made, "expires_at": expires, "digest": f"{number}"}
        Invitation.objects.create(name="Ana", email=f"ana{number}@example.com", invited_by=alice, **dates)
        PasswordReset.objects.create(user=alice, account_digest="", **dates)
        FirstRunLink.objects.create(**dates)
    Invitation.objects.filter(digest="0").get().groups.add(Group.objects.create(name="Field"))

    output = purged()

    assert "5 old links to come in by" in output
    assert set(Invitation.objects.values_list("digest", flat=True)) == {"1", "2"}
    assert [PasswordReset.objects.get().digest, FirstRunLink.objects.get().digest] == ["2", "2"]


def test_a_dry_run_prints_what_would_be_removed_and_removes_nothing(login: LoginSession) -> None:
    discarded(login)

    assert purged("--dry-run").startswith("Would remove 1 conversations with 1 turns, ")
    assert Turn.objects.count() == 1


def test_the_next_purge_removes_what_a_killed_one_has_left(
    login: LoginSession, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.CHAT_RETENTION_DAYS = 1
    monkeypatch.setattr(purge, "BATCH", 2)
    turn = asked(login)
    for _ in range(4):
        asked(login, conversation=turn.conversation)
    make_idle(turn.conversation, 2)
    delete, calls = Turn.objects.all().__class__.delete, iter(range(9))

    def killed(rows: Any) -> Any:
        if rows.model is Turn and next(calls) == 1:
            raise KeyboardInterrupt
        return delete(rows)

    monkeypatch.setattr("django.db.models.query.QuerySet.delete", killed)
    with pytest.raises(KeyboardInterrupt):
        purged()

    assert Turn.objects.count() == 3
    assert not Conversation.objects.of(login.user_id).exists()  # or somebody would see half of it
    purged()
    assert (Turn.objects.count(), Conversation.objects.count()) == (0, 0)


def test_two_purges_at_once_remove_everything_once(login: LoginSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge, "BATCH", 1)
    for _ in range(10):
        turn = asked(login)
        asked(login, conversation=turn.conversation)
        turn.conversation.discard()
    tallies: list[purge.Tally] = []

    def run() -> None:
        with closing(connection):
            tallies.append(purge.purge())

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(tally.conversations for tally in tallies) == 10
    assert sum(tally.turns for tally in tallies) == 20
    assert Conversation.objects.count() == 0


@pytest.fixture
def database_file() -> Path:
    """The file of the SQLite database in use."""
    if connection.vendor != "sqlite":
        pytest.skip("searches the files of SQLite")
    return Path(connection.settings_dict["NAME"])


@pytest.mark.any_database
@pytest.mark.parametrize("arguments", [(), ("--vacuum",)])
def test_removed_text_is_in_no_file_of_the_database(
    login: LoginSession, database_file: Path, arguments: list[str]
) -> None:
    random.seed(7)
    turns: list[Turn] = []
    for number in range(120):
        conversation = random.choice(turns).conversation if turns and number % 3 else None  # noqa: S311  # not a secret
        text = "CANARY " + "".join(random.choices(string.ascii_letters, k=random.choice([10, 300, 5000])))  # noqa: S311
        recording = recorded(f"R{number}", "We ship in March.")
        citation = citing(recording, excerpt=text)
        turns.append(asked(login, text, conversation=conversation, answer=text, citations=[citation]))
    for conversation in Conversation.objects.all():
        conversation.discard()

    output = purged(*arguments)

    assert "with 120 turns" in output
    files = list(database_file.parent.glob(f"{database_file.name}*"))
    assert database_file in files
    assert [file.name for file in files if b"canary" in file.read_bytes().lower()] == []


@pytest.mark.any_database
def test_no_removed_word_is_left_in_the_full_text(login: LoginSession, database_file: Path) -> None:
    asked(login, "Where is the key?")
    asked(login, "Where is the canary?").conversation.discard()
    asked(login, "Where is the lock?")

    purged()

    with connection.cursor() as cursor:
        cursor.execute("SELECT block FROM chat_turnfulltext_data")
        blocks = b"".join(block for (block,) in cursor.fetchall())
    assert b"lock" in blocks
    assert b"canar" not in blocks


@pytest.mark.process
@pytest.mark.any_database
async def test_a_purge_beside_a_running_site_leaves_no_byte_of_a_conversation(start_site: Any) -> None:
    site: SiteProcess = start_site(CHAT_MODEL="python:tests.support.talking:briefly", DATABASE_URL="")
    async with Reader(site) as reader:
        gone = await reader.ask("Where is the CANARY kept?")
        await reader.until_end(gone["turn"])
        discard = "from chat.models import Conversation; Conversation.objects.get().discard()"
        await asyncio.to_thread(site.manage, "shell", "-c", discard)  # while the socket answers pings

        output = await asyncio.to_thread(site.manage, "purge")

        files = [file.read_bytes() for file in site.folder.glob("chatsite.sqlite3*")]
        again = await reader.ask("Does it still answer?")
        assert (await reader.until_end(again["turn"]))["state"] == "complete"
    assert output.startswith("Removed 1 conversations with 1 turns")
    assert not any(b"canary" in content.lower() or b"word7 word8" in content for content in files)
