"""The commands that verify and print the log of accesses."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django import Settings

from chat.management.commands.access_log import moment
from chat.models import AccessEvent, AccessSeal, How, Kind
from chat.models.access.sealing import seal_new

from ..support.flush import without_triggers

pytestmark = pytest.mark.django_db


def run(*command: str) -> str:
    output = StringIO()
    call_command(*command, stdout=output)
    return output.getvalue()


def printed(*arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in run("access_log", *arguments).splitlines()]


def record(reason: str = "") -> AccessEvent:
    AccessEvent.objects.record(
        Kind.READ, actor=None, owner_id=7, conversation=uuid4(), turns=[uuid4()], how=How.PAGE, reason=reason
    )
    return AccessEvent.objects.latest("pk")


def test_an_unbroken_log_says_how_much_is_sealed_and_the_latest_hash() -> None:
    record()
    seal_new("one")
    record()

    latest = AccessSeal.objects.get().hash
    assert run("verify_access_log") == f"1 events are sealed, 1 are not yet.\nThe latest seal is 1: {latest}\n"
    assert run("verify_access_log", "--expect", latest)


def test_an_empty_log_is_unbroken() -> None:
    assert run("verify_access_log") == "0 events are sealed, 0 are not yet.\n"


def test_a_broken_log_is_named_and_fails() -> None:
    event = record()
    seal_new("one")
    with transaction.atomic(), without_triggers(), connection.cursor() as cursor:
        cursor.execute("UPDATE chat_accessevent SET actor_name = 'mallory'")
    output = StringIO()

    with pytest.raises(CommandError, match="The log of accesses was changed: 1 finding") as failed:
        call_command("verify_access_log", stdout=output)

    assert failed.value.returncode == 1
    assert f"Event {event.pk} was changed" in output.getvalue()


def test_a_hash_that_is_not_in_the_chain_fails() -> None:
    with pytest.raises(CommandError):
        run("verify_access_log", "--expect", "0" * 64)


def test_the_log_is_printed_as_lines_of_json() -> None:
    event = record(reason="“Why”\nnot")
    seal_new("one")
    unsealed = record()

    first, second = printed("--since", "1h")

    assert first["seal"] == {"number": 1, "hash": AccessSeal.objects.get().hash}
    assert (first["id"], first["kind"], first["owner"], first["reason"]) == (event.pk, "read", 7, "“Why”\nnot")
    assert (first["conversation"], first["turns"]) == (str(event.conversation), event.turns)
    assert (second["id"], second["seal"]) == (unsealed.pk, None)


def test_only_what_is_new_enough_or_follows_a_seal_is_printed() -> None:
    AccessEvent.objects.create(kind="read", how="page", owner_id=7, at=Now() - timedelta(days=2))
    events = [record() for _ in range(3)]
    seal_new("one")

    assert [line["id"] for line in printed("--since", "1d")] == [event.pk for event in events]
    assert [line["id"] for line in printed("--since", "1d", "--after", "3")] == [events[2].pk]
    assert len(printed("--since", "7d")) == 4


def test_following_prints_each_event_once_it_is_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    first = record()
    seal_new("one")
    output, pauses = StringIO(), iter(["recorded", "sealed", "nothing happened"])

    def pause(_: float) -> None:
        happened = next(pauses, None)
        if happened == "recorded":
            record()
        elif happened == "sealed":
            seal_new("one")
        elif happened is None:
            raise KeyboardInterrupt

    monkeypatch.setattr("chat.management.commands.access_log.time.sleep", pause)
    call_command("access_log", "--since", "1h", "--follow", stdout=output)

    assert [json.loads(line)["id"] for line in output.getvalue().splitlines()] == [first.pk, first.pk + 1]


def test_an_age_or_a_time_names_a_moment(settings: Settings) -> None:
    settings.TIME_ZONE = "Asia/Kolkata"

    assert abs(moment("90m") - (timezone.now() - timedelta(minutes=90))) < timedelta(minutes=1)
    assert moment("2026-03-01T09:00").isoformat() == "2026-03-01T09:00:00+05:30"
    assert moment("2026-03-01T09:00Z").utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["", "yesterday", "5y", "h"])
def test_another_text_is_refused_in_words(text: str) -> None:
    with pytest.raises(ArgumentTypeError, match="neither an age"):
        moment(text)
