"""Markdown as models write it: a file per subject, with the snippets between lines of ``%%``."""

from __future__ import annotations

from pathlib import Path

SNIPPETS = {
    file.stem: file.read_bytes().decode().removesuffix("\n").split("\n%%\n")
    for file in sorted(Path(__file__).parent.glob("*.md"))
}
"""The snippets of each subject."""
