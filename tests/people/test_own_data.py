"""The export of everything that is stored about a user."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import AsyncClient, Client
from django.utils import timezone

from chat.database import in_database
from chat.models import (
    AccessEvent,
    ApiToken,
    CheckRequest,
    Collection,
    Conversation,
    DailyUse,
    DataExport,
    Feedback,
    How,
    Invitation,
    Kind,
    LoginSession,
    Membership,
    Preference,
    Recording,
    ReviewLabel,
    Turn,
)
from chat.people import exporting
from chat.people.exporting import ask_for_export

from ..support.asked import asked
from .exports import QUESTION, SAID, fetched

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]

PROFILE = {
    "user_name": "alice",
    "name": "",
    "email": "",
    "joined_at": "",
    "last_sign_in_at": "",
    "is_active": True,
    "is_staff": True,
    "is_administrator": False,
    "groups": ["Birders"],
    "permissions": [],
    "name_in_the_review": "",
    "id_in_the_directory": "",
    "time_zone": "Asia/Tokyo",
    "theme": "dark",
}
"""What the file says of alice, with the times left out."""


def exported(user: User, client: Client) -> dict[str, Any]:
    client.force_login(user)
    document: dict[str, Any] = json.loads(fetched(client, ask_for_export(user, "")).read("my-data.json"))
    return document


def test_the_file_has_the_conversations_as_json_and_as_markdown(client: Client, alice: User, turn: Turn) -> None:
    client.force_login(alice)

    client.post("/accounts/data/")
    archive = fetched(client, DataExport.objects.get())

    [conversation] = json.loads(archive.read("my-data.json"))["conversations"]
    assert conversation["id"] == str(turn.conversation.uuid)
    assert (conversation["turns"][0]["question"], conversation["turns"][0]["answer"]) == (QUESTION, "In March [1].")
    assert conversation["turns"][0]["citations"][0]["excerpt"] == SAID
    names = archive.namelist()
    assert names == ["account.md", f"conversations/0001 {turn.conversation.title.rstrip('?')}.md", "my-data.json"]
    text = archive.read(names[1]).decode()
    assert f"> {QUESTION}" in text
    assert "1. Heron planning, Ana, 0:00: “Herons ship in March.”" in text
    assert archive.testzip() is None


def test_the_file_has_everything_that_is_stored_about_a_user(
    client: Client, alice: User, carol: User, turn: Turn
) -> None:
    in_a_day = timezone.now() + timedelta(days=1)
    DailyUse.objects.create(user=alice, day=in_a_day.date(), questions=3, tokens=54)
    Preference.objects.create(user=alice, zone="Asia/Tokyo", theme="dark")
    Invitation.objects.create(name="Ida", email="ida@example.com", invited_by=alice, expires_at=in_a_day)
    group = Group.objects.create(name="Birders")
    alice.groups.add(group)
    Membership.objects.create(collection=Collection.objects.create(name="Birds"), group=group)
    _, secret = ApiToken.issue(alice, "reports")
    Feedback.give(turn, "down", "wrong", "It is April.")
    CheckRequest.objects.ask(turn, "Please look.")
    ReviewLabel.give(turn, carol, "partly", "Nearly.")
    AccessEvent.objects.record(Kind.READ, actor=carol, how=How.PAGE, owner_id=alice.pk, reason="A complaint")
    alice.is_staff = True
    alice.save()

    document = exported(alice, client)

    assert document["profile"] | {"joined_at": "", "last_sign_in_at": ""} == PROFILE
    assert document["daily_use"] == [{"day": in_a_day.date().isoformat(), "questions": 3, "tokens": 54}]
    assert [each["name"] for each in document["api_tokens"]] == ["reports"]
    assert secret not in json.dumps(document)
    assert [(each["name"], each["by_group"]) for each in document["collections"]] == [("Birds", "Birders")]
    assert [(each["by"], each["reason"]) for each in document["reads_by_others"]] == [("carol", "A complaint")]
    assert [each["details"] for each in document["changes_of_rights"]] == [{"is_staff": True}, {"added": ["Birders"]}]
    assert len(document["sign_ins"]) == 2
    assert [each["email"] for each in document["invitations"]] == ["ida@example.com"]
    [said] = document["conversations"][0]["turns"]
    assert said["feedback"] == {"thumb": "down", "reason": "wrong", "text": "It is April."}
    assert said["check"]["note"] == "Please look."
    assert (said["labels"][0]["verdict"], said["labels"][0]["reviewer"]) == ("partly", "carol")


def test_a_reviewer_gets_the_labels_that_they_gave_but_not_whose_answers_they_read(
    client: Client, alice: User, carol: User, turn: Turn
) -> None:
    ReviewLabel.give(turn, carol, "good", "Right.")
    AccessEvent.objects.record(Kind.READ, actor=carol, how=How.PAGE, owner_id=alice.pk, reason="A complaint")

    document = exported(carol, client)

    assert [each["comment"] for each in document["labels_given"]] == ["Right."]
    assert [each["reason"] for each in document["own_accesses"]] == ["A complaint"]
    assert document["conversations"] == []
    assert "alice" not in json.dumps(document)


def test_what_the_user_may_no_longer_hear_is_masked(client: Client, alice: User, turn: Turn) -> None:
    Collection.objects.update(everyone=False)
    client.force_login(alice)

    archive = fetched(client, ask_for_export(alice, ""))

    for name in archive.namelist():
        assert SAID.encode() not in archive.read(name)
        assert b"In March" not in archive.read(name)
    assert b"A source that you may no longer hear" in archive.read("my-data.json")


def test_an_earlier_title_is_in_it_only_while_its_sources_are_heard(client: Client, alice: User, turn: Turn) -> None:
    Conversation.objects.update(earlier_title="Herons in March")
    before = exported(alice, client)
    Recording.objects.update(collection=Collection.objects.create(name="Board"))
    after = exported(alice, client)

    assert [each["conversations"][0]["title"] for each in (before, after)] == ["Herons in March", QUESTION]


def test_a_file_with_words_that_the_user_hears_no_more_is_refused(client: Client, alice: User, turn: Turn) -> None:
    client.force_login(alice)
    export = ask_for_export(alice, "")
    Collection.objects.update(everyone=False)

    response = client.get(f"/accounts/data/{export.uuid}/")

    assert response.status_code == 409
    assert "You may no longer hear a recording that this file quotes" in response.content.decode()


def test_deleted_conversations_and_those_of_others_are_not_in_it(
    client: Client, alice: User, bob: User, login: LoginSession
) -> None:
    asked(login, "Which secret?").conversation.discard()
    asked(LoginSession.objects.create(user=bob), "Whose secret?")

    assert exported(alice, client)["conversations"] == []


def test_times_are_in_the_zone_of_the_user(client: Client, alice: User, turn: Turn) -> None:
    client.force_login(alice)

    archive = fetched(client, ask_for_export(alice, "Asia/Tokyo"))

    asked_at = timezone.localtime(turn.created_at) + timedelta(hours=9)
    assert f"{asked_at:%H:%M} (JST)" in archive.read(archive.namelist()[1]).decode()


def test_a_title_cannot_escape_from_its_folder(client: Client, alice: User, login: LoginSession) -> None:
    conversation = asked(login).conversation
    conversation.title = "../../etc/passwd\\\u202e"
    conversation.save()
    client.force_login(alice)

    assert fetched(client, ask_for_export(alice, "")).namelist()[1] == "conversations/0001 etc passwd.md"


@pytest.mark.django_db(transaction=True)
async def test_the_file_is_sent_part_by_part(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exporting, "PART", 500)
    export = await in_database(ask_for_export, alice, "")
    client = AsyncClient()
    await client.aforce_login(alice)

    response: Any = await client.get(f"/accounts/data/{export.uuid}/")
    content = b"".join([part async for part in response.streaming_content])

    assert response["Content-Disposition"] == f'attachment; filename="my-data-{export.asked_at:%Y-%m-%d}.zip"'
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == ["account.md", "my-data.json"]
