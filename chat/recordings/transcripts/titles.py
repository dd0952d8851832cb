"""Title and date of a recording, from the path of its transcript."""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePath

from .clock import day

_ZOOM_FOLDER = re.compile(r"(\d{4}-\d\d-\d\d) \d\d\.\d\d\.\d\d (.+?)(?: \d{9,11})?")
_DATED = re.compile(
    r"(?:GMT)?(?P<year>\d{4})-?(?P<month>\d\d)-?(?P<day>\d\d)"
    r"(?:[ T_-]+\d\d[.:h-]?\d\d(?:[.:-]?\d\d)?(?=[ _-]|$))?[ _-]*"
)
_DOUBLE_SUFFIX = re.compile(r"\.(?:transcript|mp3|opus|ogg|m4a|wav|mp4)$", re.IGNORECASE)


def title_and_date_of(path: PurePath) -> tuple[str, date | None]:
    """Return title and date of a recording from the name of its file, or of the folder that Zoom made for it."""
    folder = _ZOOM_FOLDER.fullmatch(path.parent.name)
    if folder:
        return folder[2], day(folder[1])
    stem = _DOUBLE_SUFFIX.sub("", path.stem)
    dated = _DATED.match(stem)
    recorded_on = day(f"{dated['year']}-{dated['month']}-{dated['day']}") if dated else None
    undated = stem[dated.end() :] if dated and recorded_on else stem
    return _in_words(undated) or stem, recorded_on


def _in_words(name: str) -> str:
    words = (name if " " in name else name.replace("-", " ")).replace("_", " ").strip()
    return words[:1].upper() + words[1:]
