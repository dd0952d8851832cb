"""The consent note of a recording: who writes it, who reads it, and where it is missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from msgspec import to_builtins

from chat.api import recordings
from chat.models import AccessEvent, Collection, Consent, ConsentNote, Membership, Recording, Role
from chat.models.consent_note import LINK_LIMIT

from ..support.asked import recorded
from ..support.importing import VTT
from ..support.pages import browser_of, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files", "media")]

TOLD = {"told": "Everybody in the call", "told_on": "2026-03-04", "link": "https://example.org/consent"}


@pytest.fixture
def recording(alice: User, bob: User) -> Recording:
    """A recording in a collection that alice manages and bob hears."""
    sales = Collection.objects.create(name="Sales")
    Membership.objects.create(collection=sales, user=alice, role=Role.MANAGE)
    Membership.objects.create(collection=sales, user=bob)
    return recorded("Pipeline", "We close in May.", collection=sales)


def note(recording: Recording) -> str:
    return f"/recordings/{recording.uuid}/consent/"


def test_who_manages_writes_the_note_and_who_hears_reads_it(recording: Recording, alice: User, bob: User) -> None:
    response = browser_of(alice).post(note(recording), TOLD, follow=True)

    page = browser_of(bob).get(f"/recordings/{recording.uuid}/")
    assert "The consent note was saved." in text(response)
    assert "Everybody in the call</bdi>, 4 Mar 2026" in text(page)
    assert TOLD["link"] in text(page)
    assert note(recording) not in text(page)
    assert "<bdi>alice</bdi> on" in " ".join(text(browser_of(alice).get(note(recording))).split())
    recording.refresh_from_db()
    assert to_builtins(recordings.Recording.of(recording).consent) == TOLD
    assert browser_of(bob).post(note(recording), TOLD).status_code == 404


def test_each_change_is_an_event_without_what_the_note_says(recording: Recording, alice: User) -> None:
    page = browser_of(alice)

    for data in (TOLD, TOLD, TOLD | {"told": "Ana Lima"}, {"remove": ""}, {"remove": ""}):
        page.post(note(recording), data)

    events = AccessEvent.objects.of_collection(recording.collection.uuid)
    assert [event.details for event in events] == [
        {"did": did, "recording": str(recording.uuid)} for did in ("removed", "changed", "written")
    ]
    assert {event.actor_name for event in events} == {"alice"}
    assert "changed the consent note of a recording" in text(page.get(recording.collection.get_absolute_url()))


def test_those_who_could_write_it_see_where_it_is_missing(recording: Recording, alice: User, bob: User) -> None:
    recorded("Open to all")
    for address in ("/recordings/", f"/recordings/{recording.uuid}/"):
        assert text(browser_of(alice).get(address)).count("No consent note") == 1
        assert "onsent note" not in text(browser_of(bob).get(address))

    found = text(browser_of(alice).get("/recordings/?consent=missing"))
    assert "Pipeline" in found
    assert "Open to all" not in found
    ConsentNote.write(recording, Consent("all", date(2026, 3, 4)), actor=alice)
    assert "Pipeline" not in text(browser_of(alice).get("/recordings/?consent=missing"))
    assert "No consent note" not in text(browser_of(alice).get("/recordings/"))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"link": "javascript:alert(1)"}, "begins with https://"),
        ({"link": "https:///nowhere"}, "begins with https://"),
        ({"link": "https://a.example/\u202egnp"}, "begins with https://"),
        ({"link": "https://[a"}, "begins with https://"),
        ({"link": "https://a.example/" + "a" * LINK_LIMIT}, "at most 500 characters"),
        ({"told": "a" * 501}, "at most 500 characters"),
        ({"told": " "}, "who was told"),
        ({"told_on": ""}, "on which day"),
        ({"told_on": "9999-01-01"}, "has not come yet"),
        ({"told_on": "soon"}, "like 2026-03-04"),
    ],
)
def test_a_bad_note_is_refused_in_words(recording: Recording, alice: User, wrong: dict[str, str], words: str) -> None:
    response = browser_of(alice).post(note(recording), TOLD | wrong)

    assert response.status_code == 400
    assert words in text(response)
    assert not ConsentNote.objects.exists()


def test_an_import_notes_it_for_what_has_no_note(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "talk.vtt"
    file.write_text(VTT)
    call_command("import_recordings", str(file))
    call_command("import_recordings", str(file), told="Ana and Bob", told_on="2026-03-04")
    call_command("import_recordings", str(file), told="Nobody", told_on="2026-03-05")

    saved = ConsentNote.objects.get()
    assert (saved.told, saved.told_on, saved.written_by) == ("Ana and Bob", date(2026, 3, 4), None)
    for wrong in ({"told": "Ana"}, {"told": "Ana", "told_on": "soon"}, {"told_link": "https://example.org"}):
        with pytest.raises(CommandError, match="--told"):
            call_command("import_recordings", str(file), **wrong)
