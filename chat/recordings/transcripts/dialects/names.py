"""The names of speakers in JSON."""

from __future__ import annotations

from typing import Any

_NAMES = ("displayName", "display_name", "name", "full_name", "fullName", "participantName", "speaker_name", "label")
_OTHERS = ("diarization_label", "email", "id")
_LONGEST = 200


def speaker_name(value: Any) -> str:
    """Return a name unchanged, and ``Speaker 0`` or ``Speaker A`` for a number or a letter."""
    if isinstance(value, dict):
        value = next((value[key] for key in (*_NAMES, *_OTHERS) if value.get(key) not in (None, "")), None)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    if isinstance(value, int):
        return f"Speaker {value}" if abs(value) < 10**9 else ""
    name = value[:_LONGEST].strip()
    if name.startswith("(") and name.endswith(")"):
        name = name[1:-1].strip()
    if not name.strip("-–—"):
        return ""
    return f"Speaker {name}" if (len(name) == 1 and name.isalnum()) or name.isdecimal() else name
