"""The text of one transcript, and where it comes from."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import PurePath
from typing import Any

from .titles import title_and_date_of
from .transcript import Unreadable

JSON_SUFFIXES = frozenset({".json", ".json3", ".jsonl", ".ndjson"})
PLAIN_SUFFIXES = frozenset({".txt", ".md", ".docx", ".markdown"})
SUBRIP_SUFFIXES = frozenset({".srt", ".sbv"})
SUBSTATION_SUFFIXES = frozenset({".ass", ".ssa"})
TTML_SUFFIXES = frozenset({".ttml", ".dfxp", ".xml", ".srv1", ".srv2", ".srv3"})
SUFFIXES = JSON_SUFFIXES | PLAIN_SUFFIXES | SUBRIP_SUFFIXES | SUBSTATION_SUFFIXES | TTML_SUFFIXES | {".vtt", ".tsv"}


@dataclass(frozen=True)
class Source:
    """The text of one transcript, which begins at ``line`` of its file.

    ``number`` counts, from 1, the transcripts of a file that holds several; otherwise it is 0.
    """

    path: PurePath
    text: str
    line: int = 1
    number: int = 0
    encoding: str = ""
    """The encoding that was taken for the file's bytes, if it is not Unicode."""

    @property
    def suffix(self) -> str:
        """The suffix of the file in lower case, with the dot."""
        return self.path.suffix.lower()

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the text: the same text is the same recording, under any name and in any encoding."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def title(self) -> str:
        """A title from the file's name and the number of the transcript in it."""
        title = title_and_date_of(self.path)[0]
        return f"{title} {self.number}" if self.number else title

    @property
    def recorded_on(self) -> date | None:
        """The date in the name of the file or its folder."""
        return title_and_date_of(self.path)[1]

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text, stripped, including empty ones."""
        return [line.strip() for line in self.text.split("\n")]

    # Any: a file may contain any JSON
    @cached_property
    def json(self) -> Any:
        """The JSON value of the text; for JSON Lines, the list of the lines' values. Raises ``Unreadable``."""
        if self.json_lines:
            return [parse_json(line, number) for number, line in enumerate(self.lines, self.line) if line]
        return parse_json(self.text, self.line)

    @cached_property
    def json_lines(self) -> bool:
        """Whether this is JSON Lines: there is more than one line, and the first is a complete object."""
        first, more, _ = self.text.partition("\n")
        if self.suffix not in JSON_SUFFIXES or not more or not first.lstrip().startswith("{"):
            return False
        try:
            return isinstance(parse_json(first, self.line), dict)
        except Unreadable:
            return self.suffix in (".jsonl", ".ndjson")


def parse_json(text: str, line: int) -> Any:
    """Return the value of a JSON text that begins at ``line`` of its file. Raise ``Unreadable``."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable("not JSON, or only a part of it", line=line + error.lineno - 1) from None
    except RecursionError:
        raise Unreadable("JSON nested too deeply", line=line) from None
    except ValueError as error:  # such as a number with thousands of digits
        raise Unreadable(f"unsupported JSON: {error}", line=line) from None
