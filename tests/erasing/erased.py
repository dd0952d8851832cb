"""What somebody says in a recording and an answer quotes, and where a word of it is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import connection

from chat.erasing.erase import erase
from chat.models import (
    Collection,
    ErasurePlan,
    LoginSession,
    Recording,
    SpeakerErasure,
    Turn,
)

from ..support.asked import asked, citing

CANARY = "Zephyrquartz"
SAID = f"We have decided that {CANARY} ships in early spring."
OTHER = "Bob says that the budget is four hundred euros."


def answer_of(login: LoginSession, recording: Recording) -> Turn:
    """Return a turn that cites Ana, and then Bob."""
    other = citing(recording, 2, segment=2, excerpt=OTHER)
    other.speaker = "Bob"
    cited = [citing(recording, 1, excerpt=SAID), other]
    return asked(login, "What ships?", answer=f"The {CANARY} ships. [1] The budget is 400 euros. [2]", citations=cited)


def plan(**more: Any) -> ErasurePlan:
    return ErasurePlan("Ana", Collection.objects.all(), **more)


def erased(rest: Callable[[], object] = lambda: None, **more: Any) -> SpeakerErasure:
    erasure = plan().begin(None, **more)
    assert erase(erasure, "a test", rest)
    erasure.refresh_from_db()
    return erasure


def places_of(word: str) -> list[str]:
    """Return every column of every table of the database that has a word, also in indexes of words and in parts."""
    introspection = connection.introspection
    found = []
    with connection.cursor() as cursor:
        for table in introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  # names of our own tables
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                found += [f"{table}.{name}" for name, value in zip(names, row, strict=True) if word in _text(value)]
    return sorted(set(found))


def _text(value: object) -> str:
    raw = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode("utf-8", "replace")
    return raw.decode("latin-1").casefold()


def given(recording: Recording) -> Any:
    given = citing(recording, 1, excerpt=SAID)
    given.cited = False
    return given
