"""What a backup says of audio that it does not hold."""

from __future__ import annotations

import json
from pathlib import Path

from pytest_django import Settings

from chat.upkeep.backup import ABOUT, About, audio_elsewhere


def test_a_backup_says_where_the_audio_is_if_not_in_it(settings: Settings) -> None:
    assert audio_elsewhere() == ""

    settings.STORAGE = "s3://bucket/chat"

    assert audio_elsewhere() == "The audio of recordings is in s3://bucket/chat: this backup holds none of it."


def test_a_backup_of_an_older_version_had_its_audio_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / ABOUT).write_text(json.dumps({"database": "sqlite", "version": "0.1.0", "made_at": "2026-01-01"}))

    assert About.of(tmp_path).audio == "disk"
