"""The language of a recording: what its page says, and who changes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from chat.models import Collection, Membership, Recording, Role, Segment
from chat.recordings import library
from chat.retrieval import index

from ..support.asked import recorded
from ..support.pages import browser_of, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files", "media")]


@pytest.fixture
def recording(alice: User, bob: User) -> Recording:
    """A German recording in a collection that alice manages and bob hears."""
    sales = Collection.objects.create(name="Sales")
    Membership.objects.create(collection=sales, user=alice, role=Role.MANAGE)
    Membership.objects.create(collection=sales, user=bob)
    recording = recorded("Vertrieb", "Wir haben noch nicht entschieden, wann es sich lohnt.", collection=sales)
    index([recording])
    return recording


def test_the_page_says_the_language_and_who_manages_changes_it(recording: Recording, alice: User, bob: User) -> None:
    address = f"/recordings/{recording.uuid}/language/"
    assert "German" in text(browser_of(bob).get(recording.get_absolute_url()))
    assert browser_of(bob).post(address, {"language": "fr"}).status_code == 404

    response = browser_of(alice).post(address, {"language": "nl"}, follow=True)

    assert "The recording is searched as Dutch." in text(response)
    assert recording.indexed_passages.exists()
    assert Recording.objects.get(pk=recording.pk).language == "nl"


def test_no_choice_tells_it_from_the_words_again(recording: Recording, alice: User) -> None:
    address = f"/recordings/{recording.uuid}/language/"
    Recording.objects.update(language="fr")

    assert browser_of(alice).post(address, {"language": "xx"}).status_code == 400
    browser_of(alice).post(address, {"language": ""})

    assert Recording.objects.get(pk=recording.pk).language == "de"


def test_the_language_stays_if_the_recording_cannot_be_indexed(
    recording: Recording, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Segment, "line", None)

    with pytest.raises(TypeError):
        browser_of(alice).post(f"/recordings/{recording.uuid}/language/", {"language": "nl"})

    assert Recording.objects.get(pk=recording.pk).language == "de"
    assert recording.indexed_passages.exists()


@pytest.mark.parametrize("called", ["german", "de-AT", "deu"])
def test_a_file_names_the_language_of_too_few_words(tmp_path: Path, called: str) -> None:
    file = tmp_path / "pump.json"
    file.write_text(
        json.dumps({"language": called, "text": "Pumpe", "segments": [{"start": 0, "end": 1, "text": "Pumpe"}]})
    )

    [addition] = list(library.add(file))

    assert addition.recording.language == "de"
