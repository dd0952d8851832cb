"""Strict reading of ``.env``. Only the standard library: ``bin/run`` reads it before anything is installed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_PAIR = re.compile(r"(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*)")
_QUOTED = {"'": re.compile(r"'([^']*)'"), '"': re.compile(r'"((?:[^"\\]|\\.)*)"')}
_ESCAPED = re.compile(r'\\(["\\$])')


class Invalid(ValueError):
    """The file cannot be read as it is. The message is one line that names the place and the remedy."""


def read(named: str, usual: Path) -> dict[str, str]:
    """Return the settings in the file that ``ENV_FILE`` has ``named``, or in the usual one, which may be missing.

    The last of several lines for one name counts. Raise ``Invalid``.
    """
    file = Path(named or usual)
    if not named and not file.exists():
        return {}
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()  # editors of Windows begin a file with a mark
    except FileNotFoundError:
        raise Invalid(f"ENV_FILE is {named}, which does not exist; correct it, or leave it out") from None
    except UnicodeDecodeError:
        raise Invalid(f"{file} is not UTF-8; save it again in that encoding (ENV_FILE may name another file)") from None
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}; allow it, or name another file in ENV_FILE") from None
    return dict(_pair(line.strip(), f"{file}, line {n}") for n, line in enumerate(lines, 1) if _has_text(line))


def absolute_paths(environ: Mapping[str, str], root: Path) -> dict[str, str]:
    """Return the settings of the file that name a relative path, made absolute. Raise ``Invalid``.

    They are relative to ``root``, the repository, so that every command has the same site from any folder.
    """
    lines = read(environ.get("ENV_FILE", ""), root / ".env")
    paths = {name: value for name, value in lines.items() if name == "DATA_DIR" or name.endswith("_FILE")}
    return {name: str(root / value) for name, value in paths.items() if value and name not in environ}


def _has_text(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _pair(line: str, place: str) -> tuple[str, str]:
    match = _PAIR.fullmatch(line)
    if not match:
        raise Invalid(f"{place}: this is neither NAME=value nor a comment; begin a comment with #")
    name, value = match.groups()
    return name, _value(value, f"{place}: {name}")


def _value(text: str, place: str) -> str:
    """Return the value without its quotes. The errors quote nothing of it: it may be a secret."""
    if text[:1] in _QUOTED:
        match = _QUOTED[text[0]].match(text)
        if not match:
            raise Invalid(f"{place} has an open quote; close it on the same line, or leave both out")
        if rest := text[match.end() :].strip():
            raise _behind(place, rest)
        return _ESCAPED.sub(r"\1", match[1]) if text[0] == '"' else match[1]
    if re.search(r"(^|\s)#", text):
        raise _behind(place, "#")
    if text[-1:] in _QUOTED:
        raise Invalid(f"{place} ends with an open quote; put the whole value in quotes, or leave it out")
    return text


def _behind(place: str, rest: str) -> Invalid:
    kind = "a comment" if rest.startswith("#") else "text"
    return Invalid(f"{place} has {kind} behind its value; give a comment a line of its own, or quote the whole value")
