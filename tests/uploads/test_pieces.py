"""Pieces: each is stored before it counts, counts once, and only the next one is taken."""

from __future__ import annotations

from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from pytest_django import Settings

from chat.models import Collection, InvalidRequest, Upload
from chat.storage.disk import Disk
from chat.storage.stored import StorageFailed
from chat.uploads import receiving
from chat.uploads.receiving import Piece, StorageGone, receive

from ..support.pages import browser_of
from .conftest import MP3, PIECE, VTT, Sender

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.any_database,
    pytest.mark.usefixtures("static_files"),
]


@pytest.fixture
def begun(sender: Sender, sales: Collection) -> str:
    """The id of a file of which nothing was sent."""
    return str(sender.begin({"talk.mp3": MP3}, collection=sales.uuid)["files"][0]["uuid"])


def stored(uuid: str) -> Path:
    return Path(settings.MEDIA_ROOT) / Upload.objects.get(uuid=uuid).stored_as


def test_a_file_arrives_in_pieces_with_identical_bytes(sender: Sender, begun: str) -> None:
    said = sender.send(begun, MP3)

    assert (said["received"], said["state"]) == (len(MP3), "begun")
    assert stored(begun).read_bytes() == MP3
    assert [path.name for path in stored(begun).parent.iterdir()] == [f"{begun}.mp3"]


def test_a_piece_that_comes_twice_counts_once(sender: Sender, begun: str) -> None:
    first = [sender.put(begun, 0, MP3[:PIECE]) for _ in range(2)]

    assert [(each.status_code, each.json()["received"]) for each in first] == [(200, PIECE)] * 2
    assert sender.send(begun, MP3, start=PIECE)["state"] == "begun"
    assert sender.put(begun, 2 * PIECE, MP3[2 * PIECE :]).status_code == 200
    assert stored(begun).read_bytes() == MP3


@pytest.mark.parametrize("offset", [PIECE, 2 * PIECE, 17, 10**30])
def test_another_piece_than_the_next_is_refused_with_the_right_offset(sender: Sender, begun: str, offset: int) -> None:
    response = sender.put(begun, offset, MP3[:PIECE])

    assert (response.status_code, response.json()["received"]) == (409, 0)


@pytest.mark.parametrize("length", [1, PIECE - 1, PIECE + 1])
def test_a_piece_of_another_length_is_refused_in_words(sender: Sender, begun: str, length: int) -> None:
    response = sender.put(begun, 0, MP3[:length])

    assert response.status_code == 400
    assert f"must have 1,000 bytes, not {length:,}" in response.json()["error"]
    assert sender.state(begun)["received"] == 0


def test_a_full_disk_loses_nothing(sender: Sender, begun: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sender.put(begun, 0, MP3[:PIECE])

    def full(*_: object) -> None:
        raise StorageFailed("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Disk, "write", full)
        response = sender.put(begun, PIECE, MP3[PIECE : 2 * PIECE])

    assert response.status_code == 503
    assert "Nothing is lost" in response.json()["error"]
    assert sender.send(begun, MP3, start=sender.state(begun)["received"])["state"] == "begun"
    assert stored(begun).read_bytes() == MP3


def test_a_file_whose_pieces_are_gone_is_refused_instead_of_getting_a_hole(sender: Sender, begun: str) -> None:
    sender.put(begun, 0, MP3[:PIECE])
    stored(begun).with_name(f"{begun}.mp3.part").unlink()

    said = sender.put(begun, PIECE, MP3[PIECE : 2 * PIECE]).json()

    assert (said["state"], "Please send it again" in said["error"]) == ("refused", True)
    assert [*stored(begun).parent.iterdir()] == []


def test_a_failure_at_the_end_is_made_up_for_by_the_last_piece_again(
    sender: Sender, begun: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StorageFailed("away")

    with monkeypatch.context() as patch:
        patch.setattr(Disk, "finish", away)
        sender.send(begun, MP3[: 2 * PIECE])
        assert sender.put(begun, 2 * PIECE, MP3[2 * PIECE :]).status_code == 503

    assert sender.state(begun)["state"] == "open"
    assert sender.put(begun, 2 * PIECE, MP3[2 * PIECE :]).json()["state"] == "begun"


@pytest.mark.parametrize("sent", [0, 2, PIECE // 2])
def test_a_piece_that_breaks_off_changes_nothing(sender: Sender, begun: str, sent: int) -> None:
    with pytest.raises(InvalidRequest, match="broke off"):
        receive(Upload.objects.get(), 0, Piece(BytesIO(MP3[:sent]), PIECE))

    assert (sender.state(begun)["state"], sender.state(begun)["received"]) == ("open", 0)
    assert sender.send(begun, MP3)["state"] == "begun"
    assert stored(begun).read_bytes() == MP3


@pytest.mark.parametrize("is_own", [True, False])
def test_a_piece_for_which_there_is_no_place_is_not_read(
    sender: Sender, begun: str, alice: User, monkeypatch: pytest.MonkeyPatch, is_own: bool
) -> None:
    monkeypatch.setattr(receiving, "WAIT_SECONDS", 0)
    body = BytesIO(MP3[:PIECE])
    with ExitStack() as others:
        for number in range(receiving.SHARE if is_own else receiving.AT_ONCE):
            others.enter_context(receiving.place(alice.pk if is_own else -1 - number))
        with pytest.raises(StorageGone, match="Too many files are on their way"):
            receive(Upload.objects.get(), 0, Piece(body, PIECE))

    assert body.tell() == 0
    assert sender.send(begun, MP3)["state"] == "begun"


def test_a_piece_that_breaks_off_behind_its_head_is_refused_in_words(
    sender: Sender, begun: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "HEAD", 100)

    with pytest.raises(InvalidRequest, match="broke off"):
        receive(Upload.objects.get(), 0, Piece(BytesIO(MP3[: PIECE // 2]), PIECE))


def test_a_user_who_sends_slowly_leaves_places_to_the_others(sender: Sender, begun: str, bob: User) -> None:
    with ExitStack() as slow:
        for _ in range(receiving.SHARE):
            slow.enter_context(receiving.place(bob.pk))

        assert sender.send(begun, MP3)["state"] == "begun"


def test_the_upload_of_another_user_is_not_there(sender: Sender, begun: str, bob: User) -> None:
    stranger = Sender(browser_of(bob))

    for uuid in (begun, str(uuid4())):
        assert stranger.put(uuid, 0, MP3[:PIECE]).status_code == 404
        assert stranger.client.get(f"/recordings/upload/{uuid}").status_code == 404
        assert stranger.client.delete(f"/recordings/upload/{uuid}").status_code == 404
    assert sender.state(begun)["received"] == 0


def test_a_file_that_was_given_up_leaves_nothing(sender: Sender, begun: str) -> None:
    sender.put(begun, 0, MP3[:PIECE])

    assert sender.client.delete(f"/recordings/upload/{begun}").status_code == 204

    assert sender.put(begun, PIECE, MP3[PIECE : 2 * PIECE]).status_code == 404
    assert [*(Path(settings.MEDIA_ROOT) / "incoming").iterdir()] == []


def test_open_files_are_listed_so_that_another_day_goes_on_with_them(sender: Sender, begun: str) -> None:
    sender.put(begun, 0, MP3[:PIECE])
    sender.send(
        sender.begin({"talk.vtt": VTT}, collection=Collection.objects.get(name="Sales").uuid)["files"][0]["uuid"], VTT
    )

    listed = sender.client.get("/recordings/upload/", headers={"accept": "application/json"}).json()

    assert listed["piece"] == PIECE
    assert [(file["name"], file["received"]) for file in listed["files"] if file["state"] == "open"] == [
        ("talk.mp3", PIECE)
    ]


@given(steps=st.lists(st.sampled_from(["next", "again", "ahead", "short", "give up"]), max_size=8))
@examples(max_examples=8, suppress_health_check=list(HealthCheck))
def test_in_whatever_order_pieces_come_the_bytes_are_identical(
    sender: Sender, sales: Collection, steps: list[str]
) -> None:
    def begin() -> str:
        return str(sender.begin({"talk.mp3": MP3}, collection=sales.uuid)["files"][0]["uuid"])

    uuid, received = begin(), 0
    for step in steps:
        if step == "give up":
            assert sender.client.delete(f"/recordings/upload/{uuid}").status_code == (
                400 if received == len(MP3) else 204
            )
            uuid, received = begin(), 0
            continue
        offset = {"again": max(0, received - PIECE), "ahead": received + PIECE}.get(step, received) // PIECE * PIECE
        length = PIECE // 2 if step == "short" else PIECE
        response = sender.put(uuid, offset, MP3[offset : offset + length] or b"-")
        received = sender.state(uuid)["received"]
        assert response.status_code in {200, 400, 409}
    said = sender.send(uuid, MP3, start=received) or sender.state(uuid)

    assert (said["state"], stored(uuid).read_bytes() == MP3) == ("begun", True)


def test_the_form_sends_whole_files_without_a_script(sender: Sender, sales: Collection) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    chosen = [SimpleUploadedFile("talk.mp3", MP3), SimpleUploadedFile("notes.pdf", b"%PDF")]
    response = sender.client.post("/recordings/upload/", {"chosen": chosen, "collection": str(sales.uuid)}, follow=True)

    assert "“talk.mp3” has arrived." in response.content.decode()
    assert "“notes.pdf”: This is neither a transcript" in response.content.decode()
    assert stored(str(Upload.objects.get().uuid)).read_bytes() == MP3


def test_the_form_says_in_the_page_why_the_site_takes_nothing(
    sender: Sender, sales: Collection, settings: Settings
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.UPLOAD_FREE_BYTES = 2**62

    said = {"chosen": SimpleUploadedFile("talk.mp3", MP3), "collection": str(sales.uuid)}
    response = sender.client.post("/recordings/upload/", said)

    assert (response.status_code, response.headers["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert "The site has no space for these files now." in response.content.decode()
