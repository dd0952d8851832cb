"""How an export of one's own data is made in the background, in parts, by one process, and kept for a day."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from chat.models import DataExport, DataExportPart, LoginSession, Turn
from chat.people import exporting
from chat.people.exporting import ask_for_export, make
from chat.upkeep.purge import purge

from ..support.asked import asked
from .exports import fetched

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


def test_a_long_export_is_made_in_parts_with_progress(
    client: Client, alice: User, login: LoginSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        asked(login, f"Question {number}?")
    started: list[DataExport] = []
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    monkeypatch.setattr(exporting, "PART", 500)
    monkeypatch.setattr(exporting, "make_in_background", started.append)
    client.force_login(alice)

    client.post("/accounts/data/")
    [export] = started
    before = client.get("/accounts/data/progress/").content.decode()
    make(export)
    after = client.get("/accounts/data/progress/").content.decode()

    assert "0 of 3 conversations" in before
    assert "data-export-running" in before
    assert "Download (" in after
    assert DataExportPart.objects.count() > 2
    assert len(json.loads(fetched(client, export).read("my-data.json"))["conversations"]) == 3


def test_an_export_whose_process_has_died_is_begun_again(
    client: Client, alice: User, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = DataExport.ask(alice, "", 1)
    export.claim("a process that died")
    export.add("a process that died", 1, b"half of")
    DataExport.objects.update(lease_expires_at=timezone.now() - timedelta(seconds=1))
    monkeypatch.setattr("chat.people.export_views.make_in_background", make)
    client.force_login(alice)

    client.get("/accounts/data/")

    assert fetched(client, export).testzip() is None


def test_two_processes_do_not_make_the_same_export(alice: User) -> None:
    export = DataExport.ask(alice, "", 1)

    assert [export.claim("one"), export.claim("other")] == [True, False]
    assert not export.add("other", 1, b"x")
    assert not export.finish("other", 1, [])


def test_a_new_export_replaces_the_one_before(alice: User, turn: Turn) -> None:
    first = ask_for_export(alice, "")
    first.claim("somebody")

    ask_for_export(alice, "")

    assert DataExport.objects.count() == 1
    assert not first.note("somebody", 1)


def test_a_failure_is_shown(
    client: Client, alice: User, turn: Turn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(exporting, "conversation_text", broken)
    client.force_login(alice)

    page = client.post("/accounts/data/", follow=True).content.decode()

    assert "It could not be prepared. Please try again" in page
    assert "no space left" in caplog.text


def test_a_file_is_kept_for_a_day(client: Client, alice: User, turn: Turn) -> None:
    client.force_login(alice)
    export = ask_for_export(alice, "")
    DataExport.objects.update(asked_at=timezone.now() - timedelta(days=1, seconds=1))

    assert client.get(f"/accounts/data/{export.uuid}/").status_code == 404
    purge()
    assert not DataExportPart.objects.exists()
