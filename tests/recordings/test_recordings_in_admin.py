"""Recordings in the admin: who may see, rename and delete them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from chat.models import Citation, IndexedPassage, LoginSession, Recording, Segment

from ..support.asked import asked, citing, recorded

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


@pytest.fixture
def recording(login: LoginSession) -> Recording:
    """A recording that an answer cites."""
    recording = recorded("Planning", "We ship in March.")
    asked(login, "When do we ship?", answer="In **March** [1].", citations=[citing(recording)], recordings=[recording])
    return recording


def permit(user: User, *names: str) -> None:
    user.user_permissions.add(*Permission.objects.filter(codename__in=names))


def test_recordings_need_a_permission(review: Client, carol: User, recording: Recording) -> None:
    change = f"/admin/chat/recording/{recording.pk}/change/"

    assert review.post(change, {"title": "Forged"}).status_code == 403
    permit(carol, "view_recording")
    assert review.post(change, {"title": "Forged"}).status_code == 403
    assert review.post(f"/admin/chat/recording/{recording.pk}/delete/", {"post": "yes"}).status_code == 403
    assert review.get("/admin/chat/recording/add/").status_code == 403
    assert Recording.objects.get().title == "Planning"


def test_renaming_a_recording_reindexes_it_and_keeps_its_citations(
    review: Client, carol: User, recording: Recording
) -> None:
    permit(carol, "view_recording", "change_recording")

    review.post(f"/admin/chat/recording/{recording.pk}/change/", {"title": "Zebra", "digest": "forged"})

    assert Recording.objects.get().title == "Zebra"
    assert Recording.objects.get().digest == recording.digest
    assert Citation.objects.get().recording_title == "Planning"
    assert "zebra" in IndexedPassage.objects.get().text.lower()


@pytest.mark.parametrize("how", ["one", "many"])
def test_deleting_a_recording_deletes_its_audio_and_keeps_its_citations(
    review: Client, carol: User, recording: Recording, settings: Any, tmp_path: Path,
    django_capture_on_commit_callbacks: Callable[..., Any], how: str,
) -> None:  # fmt: skip
    permit(carol, "view_recording", "delete_recording")
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "a.mp3").touch()
    Recording.objects.update(audio="a.mp3")
    one = f"/admin/chat/recording/{recording.pk}/delete/", {"post": "yes"}
    many = "/admin/chat/recording/", {"action": "delete_selected", "_selected_action": [recording.pk], "post": "yes"}

    with django_capture_on_commit_callbacks(execute=True):
        review.post(*{"one": one, "many": many}[how])

    assert not Recording.objects.exists()
    assert not (tmp_path / "a.mp3").exists()
    assert Citation.objects.get().excerpt == "We ship in March."


def test_the_deletion_page_counts_the_segments_of_a_recording(review: Client, carol: User) -> None:
    permit(carol, "view_recording", "delete_recording")
    recording = recorded("Planning", *["Hello."] * 30)

    html = review.get(f"/admin/chat/recording/{recording.pk}/delete/").content.decode()

    assert "Segments: 30" in html
    assert "Hello." not in html
    assert Segment.objects.count() == 30
