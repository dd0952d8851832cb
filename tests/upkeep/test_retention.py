"""How long collections keep recordings and conversations: what is removed, what stays, and what is said before."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from chat.models import (
    AccessEvent,
    Citation,
    Collection,
    Conversation,
    DeletedRecording,
    IndexedPassage,
    LoginSession,
    Recording,
    Retention,
    Segment,
    holding,
    next_purge,
)
from chat.upkeep import purge

from ..support.asked import asked, citing, recorded
from ..support.pages import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.fixture
def boss(client: Client) -> User:
    boss = User.objects.create_superuser("boss", password="boss-secret-words")
    client.force_login(boss)
    return boss


@pytest.fixture
def sales(db: None) -> Collection:
    return Collection.objects.create(name="Sales", everyone=True)


def keep(
    collection: Collection, boss: User, *, recordings: int | None = None, conversations: int | None = None
) -> None:
    Retention(collection=collection, recording_days=recordings, conversation_days=conversations).confirm(boss)


def came_in(recording: Recording, days: int) -> Recording:
    Recording.objects.filter(pk=recording.pk).update(created_at=Now() - timedelta(days=days))
    return recording


def idle(conversation: Conversation, days: int) -> Conversation:
    Conversation.objects.filter(pk=conversation.pk).update(asked_at=Now() - timedelta(days=days))
    return conversation


def purged(*arguments: str) -> str:
    out = StringIO()
    call_command("purge", "--dry-run", *arguments, stdout=out)
    return out.getvalue()


def test_recordings_that_are_too_old_go_with_transcript_index_and_sound(
    boss: User,
    sales: Collection,
    login: LoginSession,
    settings: Settings,
    tmp_path: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "old.mp3").touch()
    (tmp_path / "new.mp3").touch()
    old = came_in(recorded("Old", "We ship in March.", collection=sales, audio="old.mp3"), 31)
    new = came_in(recorded("New", "We ship in May.", collection=sales, audio="new.mp3"), 29)
    elsewhere = came_in(recorded("Elsewhere", "We ship."), 1_000)
    answer = asked(login, answer="In March [1].", citations=[citing(old)])
    keep(sales, boss, recordings=30)

    assert "By the retention of Sales: 1 recordings, 0 conversations.\n" in purged()
    with django_capture_on_commit_callbacks(execute=True):
        tally = purge.purge()

    assert tally.recordings == 1
    assert set(Recording.objects.all()) == {new, elsewhere}
    assert not Segment.objects.exclude(recording__in=[new, elsewhere]).exists()
    assert not IndexedPassage.objects.exclude(recording__in=[new, elsewhere]).exists()
    assert [file.name for file in tmp_path.iterdir()] == ["new.mp3"]
    quoted = Citation.objects.get(turn=answer)  # as after each deletion of a recording
    assert (quoted.excerpt, quoted.recording) == ("We ship in March.", None)
    assert DeletedRecording.objects.get().collection == sales


def test_a_conversation_goes_by_the_shortest_time_of_the_collections_that_it_quotes(
    boss: User, sales: Collection, login: LoginSession, settings: Settings
) -> None:
    settings.CHAT_RETENTION_DAYS = 365
    here, gone, team = (
        recorded("Here", "One.", collection=sales),
        recorded("Gone", "Two.", collection=sales),
        recorded(),
    )
    quoting_both = idle(asked(login, citations=[citing(here), citing(team, 2)]).conversation, 31)
    quoting_gone = idle(asked(login, citations=[citing(gone)]).conversation, 31)
    recent = idle(asked(login, citations=[citing(here)]).conversation, 29)
    other = idle(asked(login, citations=[citing(team)]).conversation, 364)
    too_old = idle(asked(login).conversation, 366)
    gone.delete()
    keep(sales, boss, conversations=30)
    keep(Collection.objects.default(), boss, conversations=3_000)

    expected, tally = purge.preview(), purge.purge()

    assert (expected.conversations, tally.conversations) == (3, 3)
    assert set(Conversation.objects.all()) == {recent, other}
    assert not Conversation.objects.filter(pk__in=[quoting_both.pk, quoting_gone.pk, too_old.pk]).exists()


@pytest.mark.parametrize("on", ["collection", "user"])
def test_what_is_under_a_hold_stays_and_is_counted(boss: User, sales: Collection, login: LoginSession, on: str) -> None:
    recording = came_in(recorded("Old", "We ship.", collection=sales), 40)
    idle(asked(login, citations=[citing(recording)]).conversation, 40)
    keep(sales, boss, recordings=30, conversations=30)
    holding.place(sales if on == "collection" else login.user, name="Case 12", reason="A claim", actor=boss)

    expected, tally = purged(), purge.purge()

    kept = 2 if on == "collection" else 1
    assert f"Sales: {2 - kept} recordings, 0 conversations; legal holds keep {kept} more." in expected
    assert (tally.recordings, tally.conversations, tally.held) == (2 - kept, 0, 1)
    assert (Recording.objects.count(), Conversation.objects.count()) == (kept - 1, 1)


def test_nothing_is_stored_before_the_page_has_shown_what_it_removes(
    client: Client, boss: User, sales: Collection
) -> None:
    for days in (31, 31, 5):
        came_in(recorded("Call", "We ship.", collection=sales), days)
    address = reverse("chat:collection-retention", args=[sales.uuid])
    wanted = {"recording_days": "30", "conversation_days": ""}

    assert "Recordings are kept for ever." in text(client.get(sales.get_absolute_url()))
    asking = " ".join(text(client.post(address, wanted)).split())

    assert "removes 2 recordings and 0 conversations." in asking
    asking_for_nothing = " ".join(text(client.post(address, wanted | {"recording_days": "300"})).split())
    assert "removes nothing yet." in asking_for_nothing
    assert 'name="confirmed"' in asking_for_nothing
    assert not Retention.objects.exists()
    page = " ".join(text(client.post(address, wanted | {"confirmed": "yes"}, follow=True)).split())
    assert "Recordings are kept for 30 days." in page
    assert "removes 2 recordings." in page
    assert "changed how long it is kept: recordings for 30 days, conversations without a limit" in page
    assert AccessEvent.objects.latest("pk").actor_name == "boss"
    assert "In the collection “Sales” recordings are removed 30 days after they came in." in text(
        client.get("/about/data/")
    )

    client.post(address, {"recording_days": "", "conversation_days": ""})
    assert "Recordings are kept for ever." in text(client.get(sales.get_absolute_url()))


@pytest.mark.parametrize("wrong", ["0", "-1", "1.5", "forever", "36501"])
def test_wrong_days_are_refused(client: Client, boss: User, sales: Collection, wrong: str) -> None:
    address = reverse("chat:collection-retention", args=[sales.uuid])

    response = client.post(address, {"recording_days": wrong, "confirmed": "yes"})

    assert response.status_code == 400
    assert not Retention.objects.exists()


def test_the_schema_refuses_to_keep_nothing(sales: Collection) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Retention.objects.create(collection=sales, recording_days=0, confirmed_by="boss")


def test_what_becomes_too_old_until_the_next_purge_is_announced(client: Client, boss: User, sales: Collection) -> None:
    until = next_purge()
    assert until is not None
    recording = recorded("Call", "We ship.", collection=sales)
    keep(sales, boss, recordings=30)
    Recording.objects.filter(pk=recording.pk).update(created_at=until - timedelta(days=30, minutes=1))

    assert "removes 1 recording." in " ".join(text(client.get(sales.get_absolute_url())).split())


@pytest.mark.parametrize(("days", "is_told"), [(31, True), (29, False)])
def test_who_moves_a_recording_reads_that_the_next_purge_removes_it_there(
    client: Client, boss: User, sales: Collection, days: int, is_told: bool
) -> None:
    keep(sales, boss, recordings=30)
    recording = came_in(recorded("Planning"), days)

    page = text(client.get(reverse("chat:recording-move", args=[recording.uuid])))

    assert ("It keeps recordings for 30 days, so the next purge removes this one." in page) == is_told
