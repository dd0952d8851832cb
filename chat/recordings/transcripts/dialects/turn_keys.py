"""The names that programs give to the parts of a turn, however spelt: ``startTime``, ``start_ms``, ``from``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any  # any JSON that a file contains

from ..clock import CLOCK
from .speech.entries import MILLISECOND, Keys, Path

TEXTS = (
    "content", "text", "transcript", "sentence", "utterance", "body", "spoken_text", "spokenText", "display_text",
    "displayText", "caption", "phrase", "transcription", "raw_text",
)  # fmt: skip
_SPEAKERS = (
    "speaker", "speaker_name", "speaker_label", "name", "participant", "participant_name", "display_name", "user_name",
    "username", "user", "author", "person", "detected_speaker_name", "speaker_id", "speaker_tag", "speaker_number",
    "participant_id", "user_id", "role", "source", "channel",
)  # fmt: skip
_STARTS = (
    "start", "start_time", "timestamp", "time", "start_timestamp", "start_offset", "begin", "begin_time", "from",
    "offset", "ts", "start_date_time", "started_at", "created_at", "time_begin",
)  # fmt: skip
_ENDS = (
    "end",
    "end_time",
    "end_timestamp",
    "end_offset",
    "stop",
    "stop_time",
    "to",
    "until",
    "end_date_time",
    "ended_at",
    "time_end",
)
_DURATIONS = ("duration", "length")
_MILLISECONDS = re.compile("_(?:in_)?(?:ms|msec|millis|milliseconds)$")
_SECONDS = re.compile("_(?:in_)?(?:s|sec|secs|seconds)$")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_LIKE_A_SPEAKER = re.compile("speak|talk|voice|person|who|name|particip|agent|party|author|user")
_LIKE_A_TIME = re.compile("time|start|begin|begun|offset|stamp|second|clock|_at$|^at$|^t0?$|(?:^|_)(?:ms|ts|cs)$")
_TIME = re.compile(rf"\d+(?:\.\d+)?|{CLOCK}|\d{{4}}-\d\d-\d\dT.*")
_HARMLESS = frozenset(
    {"id", "uuid", "index", "number", "seq", "sequence", "type", "kind", "confidence", "score", "probability"}
    | {"language", "lang", "language_code", "locale", "is_final", "sentiment", "updated_at"}
)


def keys_of(turns: Iterable[Mapping[str, Any]]) -> Keys:
    """Return where these turns have their parts."""
    names = {key: _plain(key) for key in dict.fromkeys(key for turn in turns for key in turn)}
    in_milliseconds = any(_MILLISECONDS.search(name) and _stem(name) in _STARTS for name in names.values())
    starts, ends, durations = (_paths(names, known, in_milliseconds) for known in (_STARTS, _ENDS, _DURATIONS))
    pairs = tuple(((path, 0), (path, 1)) for path in starts if isinstance(path, str))
    return Keys(
        tuple(text for text in TEXTS if text in names),
        _paths(names, _SPEAKERS, False),
        (*(start for start, _ in pairs), *starts),
        (*(end for _, end in pairs), *ends),
        durations,
        MILLISECOND if in_milliseconds else 1.0,
    )


def unknown_keys(turns: Sequence[Mapping[str, Any]], keys: Keys) -> list[str]:
    """Return the names of parts that may be speakers or times, of turns that have none under a known name."""
    has_speaker = any(turn.get(str(key)) is not None for turn in turns for key in keys.speaker)
    has_start = any(turn.get(key) is not None for turn in turns for key in keys.start if isinstance(key, str))
    values = {key: value for turn in turns for key, value in turn.items() if value is not None and key not in TEXTS}
    known = {*keys.speaker, *keys.start, *keys.end, *keys.duration}
    other = {key: value for key, value in values.items() if key not in known and _plain(key) not in _HARMLESS}
    if not has_speaker and not has_start:
        return sorted(other)
    return sorted(
        key
        for key, value in other.items()
        if (not has_speaker and _may_be_speaker(key, value)) or (not has_start and _may_be_time(key, value))
    )


def _plain(key: str) -> str:
    """Return a key in lower case, with ``_`` between its words."""
    return _CAPITAL.sub("_", key).replace("-", "_").replace(" ", "_").lower()


def _stem(name: str) -> str:
    return _SECONDS.sub("", _MILLISECONDS.sub("", name))


def _paths(names: Mapping[str, str], known: Sequence[str], in_milliseconds: bool) -> tuple[Path, ...]:
    """Return the keys with a known name, in the order of these; only those in milliseconds, if there are any."""
    found = [
        (known.index(stem), key)
        for key, name in names.items()
        if (stem := _stem(name)) in known and (not in_milliseconds or _MILLISECONDS.search(name))
    ]
    return tuple(key for _, key in sorted(found))


def _may_be_speaker(key: str, value: Any) -> bool:
    return isinstance(value, str | int | dict) and _LIKE_A_SPEAKER.search(_plain(key)) is not None


def _may_be_time(key: str, value: Any) -> bool:
    looks = isinstance(value, int | float | list | dict) or (
        isinstance(value, str) and _TIME.fullmatch(value) is not None
    )
    return looks and not isinstance(value, bool) and _LIKE_A_TIME.search(_plain(key)) is not None
