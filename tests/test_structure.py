"""The shape of the code: who may import whom, what is loaded at start, how long a file is."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

from .processes import ROOT

LAYERS = (
    {"models", "migrations"},
    {"display", "errors", "passages", "prompts", "query"},
    {
        "database", "llm",
        "retrieval", "terms",
        "traces", "upstream",
    },
    {"answers"},
    {"turns"},
    {
        "accounts", "admin", "api", "apps", "checks", "conversations", "error_views",
        "live", "management", "problems", "recordings", "review",
        "routing", "serving", "templatetags", "upkeep", "urls",
    },
)  # fmt: skip
"""The parts of chat/, from the ground up: ground, words, tools, rag, runner, edges."""

HEAVY = {
    "databricks", "databricks_langchain", "langchain", "langchain_core", "langchain_databricks", "langchain_openai",
    "langsmith", "mlflow", "numpy", "openai", "opentelemetry", "pandas", "pydantic",
}  # fmt: skip
"""What takes long to import, and is imported when it is first needed."""

LONGEST = 300
SOURCES = {".py", ".js", ".mjs", ".css", ".html"}
FOLDERS = ("bin", "chat", "chatsite", "templates")


@cache
def parts() -> dict[str, set[str]]:
    """Each part of chat/ with the other parts that it imports, wherever in a file it does."""
    graph: dict[str, set[str]] = {}
    for file in (ROOT / "chat").rglob("*.py"):
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        if name.count(".") and name != "chat.__init__":
            graph.setdefault(name.split(".")[1], set()).update(imported(file, name.rpartition(".")[0]))
    return {part: found - {part} for part, found in graph.items()}


def imported(file: Path, package: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            module = resolve_name("." * node.level + (node.module or ""), package)
            names = [f"{module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (name.split(".")[1] for name in names if name.startswith("chat."))


def layer(part: str) -> int:
    return next(number for number, layer in enumerate(LAYERS) if part in layer)


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        for file in (ROOT / folder).rglob("*"):
            if file.suffix in SOURCES and "migrations" not in file.parts:
                yield file


def test_every_part_has_a_layer() -> None:
    assert [part for part in parts() if not any(part in layer for layer in LAYERS)] == []


def test_imports_go_downwards() -> None:
    upwards = [f"{part} → {other}" for part, found in parts().items() for other in found if layer(part) < layer(other)]

    assert upwards == []


def test_no_part_imports_itself_by_a_detour() -> None:
    TopologicalSorter(parts()).prepare()  # raises CycleError, which names the circle


@pytest.mark.parametrize("module", ["chatsite.asgi", "chat.management.commands.serve", "chatsite.urls"])
def test_nothing_heavy_is_loaded_at_start(module: str) -> None:
    code = (
        f"import django, sys; django.setup(); import {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    )
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "chatsite.settings"}

    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, check=True
    )

    assert HEAVY & set(loaded.stdout.split()) == set()


def test_files_are_short() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in sources()}

    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_names_say_what_a_file_is_about() -> None:
    vague = {"base", "common", "helpers", "managers", "misc", "services", "util", "utils"}

    assert [str(file) for file in (ROOT / "chat").rglob("*.py") if vague & {file.stem, *file.parts}] == []


def test_only_the_renderers_vouch_for_html() -> None:
    renderers = {
        ROOT / "chat/conversations/markdown.py",
        ROOT / "chat/conversations/rendering.py",
        ROOT / "chat/static/chat/js/trusted_html.js",
    }
    vouching = re.compile(r"\|\s*safe\b|mark_safe|autoescape off|SafeString\(|innerHTML|insertAdjacentHTML")

    others = [file for file in sources() if file not in renderers]

    assert [str(file) for file in others if vouching.search(file.read_text())] == []
