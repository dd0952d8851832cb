"""Recordings have one door: whoever reads them for a user starts from ``heard_by``, or from a scope, which does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .support.processes import ROOT

GUARDED = r"(?:Recording|Segment|IndexedPassage|Collection)s?"
READS = re.compile(
    rf"\b{GUARDED}\.(?:objects|_default_manager|_base_manager)\b"
    rf"|get_(?:object|list)_or_404\({GUARDED}\b|get_model\(\s*[\"']chat[\"'],\s*[\"']{GUARDED}[\"']"
    r"|chat_(?:recording|segment|indexedpassage|fulltext|vocabulary|occurrence|passagevector)\b"
)
BY_A_USER = re.compile(
    r"\b(?:heard_by|managed_by|changeable_by|visible_to|scope\.recordings|heard_segments_of)\(|\bheard\.filter\("
)

WITHOUT_A_USER = {
    "recordings/library.py": "imports",
    "retrieval/indexing.py": "indexes",
    "retrieval/passage_vectors.py": "makes vectors for the index",
    "retrieval/evaluation.py": "works in a scratch database",
    "recordings/stored_audio.py": "asks which files some recording names",
    "upkeep/orphans.py": "asks which files some recording names",
    "upkeep/preparation.py": "asks whether the demo is missing",
}
"""Modules that serve nobody."""
GIVEN = {
    "erasing/erase.py": "erases from the recordings of a plan, which a page has made of what its user may change",
    "erasing/filters.py": "asks whether anybody of an erased name is left; shows nobody",
    "recordings/removal.py": "deletes recordings that a page or the admin has found for somebody who may",
    "recordings/rows.py": "shows recordings that the list has found",
    "recordings/finding.py": "finds words in a recording that its page has found",
    "recordings/admin.py": "counts the segments of recordings that the admin has found",
    "conversations/ideas.py": "remembers what was said in a recording that the home page has found",
    "conversations/examples.py": "quotes a recording that the home page has found",
    "conversations/cited.py": "adds texts to citations, which are masked before they are shown",
    "uploads/forms.py": "offers the collections that its user may change",
    "invitations/forms.py": "offers the collections that its user may change",
    "collections/shown.py": "counts what is in the collections that a page has found",
    "collections/views.py": "reads a collection again that the view has found",
    "retrieval/sqlite.py": "ranks and counts with the condition of a reach",
    "retrieval/postgres.py": "ranks and counts with the condition of a reach",
    "retrieval/pgvector.py": "ranks with the condition of a reach; keeps the column of vectors",
    "retrieval/reach.py": "makes the condition of a scope",
    "retrieval/results.py": "reads what a search has found, and has both kinds of segments_of",
    "retrieval/reranking.py": "orders what a search has found, and shows nothing of it",
    "retrieval/overview.py": "reads passages of the recordings in scope",
    "search/places.py": "reads what a search has found in scope",
    "search/passages.py": "searches with the condition of a reach, and reads what that has found",
}
"""Modules that get what they read from another, which has asked who hears it."""
FREE = ("models/", "migrations/", "management/commands/")


def statements(file: Path) -> Iterator[str]:
    """Yield the lines of each simple statement, and of the head of each that has others in it."""
    source = file.read_text()
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and not isinstance(node, ast.Import | ast.ImportFrom):
            body = getattr(node, "body", None)
            end = body[0].lineno - 1 if isinstance(body, list) else node.end_lineno
            yield "\n".join(lines[node.lineno - 1 : max(end or 0, node.lineno)])


def unguarded(file: Path) -> list[str]:
    found = [each for each in statements(file) if READS.search(each) and not BY_A_USER.search(each)]
    return [" ".join(each.split()) for each in found if not each.lstrip().startswith('"""')]


def modules() -> Iterator[tuple[str, Path]]:
    for file in (ROOT / "chat").rglob("*.py"):
        name = file.relative_to(ROOT / "chat").as_posix()
        if not name.startswith(FREE):
            yield name, file


def test_nothing_reads_recordings_except_by_what_a_user_hears() -> None:
    reading = {name: found for name, file in modules() if (found := unguarded(file))}

    assert {name: found for name, found in reading.items() if name not in WITHOUT_A_USER | GIVEN} == {}


def test_the_list_of_exceptions_has_no_other_module() -> None:
    reading = {name for name, file in modules() if unguarded(file)}

    assert sorted((WITHOUT_A_USER | GIVEN).keys() - reading) == []


@pytest.mark.parametrize(
    "line",
    [
        "found = Recording.objects.all()",
        "page = newest(\n    Recording.objects.filter(title='x'),\n    request,\n)",
        "recording = get_object_or_404(Recording, uuid=uuid)",
        "count = Segment.objects.count()",
        "found = IndexedPassage.objects.in_bulk(keys)",
        "rows('SELECT title FROM chat_recording', [])",
        "names = Collection.objects.values_list('name')",
    ],
)
def test_the_check_finds_what_it_forbids(tmp_path: Path, line: str) -> None:
    file = tmp_path / "view.py"
    file.write_text("def view(request):\n    " + line.replace("\n", "\n    "))
    assert unguarded(file)

    file.write_text("def view(request):\n    return Recording.objects.heard_by(request.user.pk)\n")
    assert not unguarded(file)
