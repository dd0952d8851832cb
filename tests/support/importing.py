"""Imports by the command, and files to import."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from django.core.management import call_command

VTT = """WEBVTT

00:01.000 --> 00:02.500
<v Ana>The pump arrived.</v>

00:03.000 --> 00:04.000
<v Bob>Who signed?</v>
"""


class Run(NamedTuple):
    """What the command wrote, and its exit status."""

    out: str
    err: str
    status: int


def run(*paths: Path, title: str = "", collection: str = "") -> Run:
    """Run the command on files and folders."""
    out, err = StringIO(), StringIO()
    try:
        call_command("import_recordings", *map(str, paths), title=title, collection=collection, stdout=out, stderr=err)
    except SystemExit as error:
        return Run(out.getvalue(), err.getvalue(), int(error.code or 0))
    return Run(out.getvalue(), err.getvalue(), 0)


def meetings(file: Path, texts: Sequence[str]) -> Path:
    """Write one meeting of each text to a JSONL file."""
    lines = (json.dumps({"topic": text, "turns": [{"speaker": "Ana", "content": text}]}) for text in texts)
    file.write_text("\n".join(lines))
    return file
