"""The shape of the code: who may import whom, what is loaded at start, how long a file is."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from importlib.util import resolve_name
from pathlib import Path

import pytest

from chat.models import State

from .support.processes import ROOT

ORDER = """
    models  migrations  database
    errors  passages  terms  query  forwarded
    prompts  problems  display
    upstream
    llm  retrieval  traces
    answers
    turns
    accounts
    recordings
    conversations
    upkeep  live  review
    api
    serving
    management  admin  error_views  urls  routing  checks  templatetags
    apps
"""
"""The parts of chat/ from the ground up. A part imports only from the lines above its own: parts of one line do not
know each other. docs/architecture.md says what each of them is for."""

PRIVATE = {"views", "token_views", "turn_views", "forms", "admin", "token_admin"}
"""Modules of a package that only ``chat/urls.py``, ``chat/admin.py``, ``chatsite`` and the package itself import."""

HEAVY = {
    "databricks", "databricks_langchain", "langchain", "langchain_core", "langchain_databricks", "langchain_openai",
    "langsmith", "mlflow", "numpy", "openai", "opentelemetry", "pandas", "pydantic",
}  # fmt: skip
"""What takes long to import, and is imported when it is first needed."""

LONGEST = 300
WIDEST = 120
SOURCES = {".py", ".js", ".mjs", ".css", ".html"}
FOLDERS = ("bin", "chat", "chatsite", "templates")


@dataclass(frozen=True)
class Import:
    """A module of chat/ or chatsite/, and the module or name that it imports, both in full."""

    module: str
    name: str
    for_types: bool

    def __str__(self) -> str:
        return f"{self.module} imports {self.name}"


@cache
def imports() -> list[Import]:
    return [found for top in ("chat", "chatsite") for file in (ROOT / top).rglob("*.py") for found in imports_of(file)]


def imports_of(file: Path) -> Iterator[Import]:
    module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    tree = ast.parse(file.read_text())
    blocks = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    for_types = {node for block in blocks for node in ast.walk(block)}
    for node in ast.walk(tree):
        for name in names_imported(node, ".".join(file.parent.relative_to(ROOT).parts)):
            yield Import(module, name, node in for_types)


def names_imported(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        module = resolve_name("." * node.level + (node.module or ""), package)
        yield from (f"{module}.{alias.name}" for alias in node.names)


def part_of(module: str) -> str:
    """The part of chat/ that a module belongs to; empty for chat itself and for everything else."""
    return module.split(".")[1] if module.startswith("chat.") else ""


def line_of(part: str) -> int:
    return next(number for number, line in enumerate(ORDER.splitlines()) if part in line.split())


def sources() -> Iterator[Path]:
    for folder in FOLDERS:
        for file in (ROOT / folder).rglob("*"):
            if file.suffix in SOURCES and "migrations" not in file.parts:
                yield file


def test_the_order_names_every_part_once() -> None:
    parts = [file.stem for file in (ROOT / "chat").iterdir() if file.suffix == ".py" or (file / "__init__.py").exists()]

    assert sorted(ORDER.split()) == sorted(set(parts) - {"__init__"})


def test_the_architecture_page_has_the_same_order() -> None:
    page = (ROOT / "docs/architecture.md").read_text().split("| part | what it is for |")[1].split("\n\n")[0]
    lines = [re.findall(r"`(\w+)`", row.split(" | ")[0]) for row in page.splitlines()[2:]]

    assert [part for line in lines for part in line] == ORDER.split()


def test_a_part_imports_only_what_stands_above_it() -> None:
    pairs = {(part_of(found.module), part_of(found.name)) for found in imports()}
    between = sorted((part, other) for part, other in pairs if part and other and part != other)

    assert [f"{part} imports {other}" for part, other in between if line_of(other) >= line_of(part)] == []


def test_the_site_imports_the_app_and_never_the_other_way_round() -> None:
    backwards = [found for found in imports() if is_in(found.module, "chat") and is_in(found.name, "chatsite")]

    assert list(map(str, backwards)) == []


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def test_nobody_imports_the_views_forms_and_admin_of_another_package() -> None:
    foreign = [
        found
        for found in imports()
        if part_of(found.name) and PRIVATE & set(found.name.split(".")) and part_of(found.module) != part_of(found.name)
    ]
    may = {"chat.urls", "chat.admin"}

    assert [str(found) for found in foreign if found.module not in may and not is_in(found.module, "chatsite")] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    modules = {found.module for found in imports()}
    graph: dict[str, set[str]] = {}
    for found in imports():
        target = found.name if found.name in modules else found.name.rpartition(".")[0]
        if target in modules and not is_in(found.module, target) and not found.for_types:
            graph.setdefault(found.module, set()).add(target)

    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


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


def test_lines_of_templates_fit_the_width() -> None:
    files = [file for file in (ROOT / "templates").rglob("*") if file.suffix in {".html", ".svg"}]
    lines = [(file, number, line) for file in files for number, line in enumerate(file.read_text().splitlines(), 1)]

    assert files
    assert [f"{file.relative_to(ROOT)}:{number}" for file, number, line in lines if len(line) > WIDEST] == []


def test_names_say_what_a_file_is_about() -> None:
    vague = {"base", "common", "helpers", "managers", "misc", "services", "util", "utils"}

    assert [str(file) for file in (ROOT / "chat").rglob("*.py") if vague & {file.stem, *file.parts}] == []


def test_questions_come_in_by_one_way() -> None:
    submitting = re.compile(r"objects\.submit\b|on_behalf\.keep_token\b")
    callers = [file for file in (ROOT / "chat").rglob("*.py") if submitting.search(file.read_text())]

    assert [str(file.relative_to(ROOT / "chat")) for file in callers] == ["turns/asking.py"]


def test_no_state_is_a_bare_string() -> None:
    """But in the constraints and indexes of the model, and in migrations, which are frozen."""
    bare = re.compile(rf"""state(__in)?\b.{{0,12}}['"]({"|".join(State.values)})['"]""")
    frozen = {ROOT / "chat/models/turns/turn.py"}

    others = [
        file for file in sources() if file.suffix in {".py", ".html"} and file not in frozen and "bin" not in file.parts
    ]

    assert [str(file) for file in others if bare.search(file.read_text())] == []


def test_only_the_renderers_vouch_for_html() -> None:
    renderers = {
        ROOT / "chat/conversations/markdown.py",
        ROOT / "chat/conversations/rendering.py",
        ROOT / "chat/static/chat/js/page/trusted_html.js",
    }
    vouching = re.compile(r"\|\s*safe\b|mark_safe|autoescape off|SafeString\(|innerHTML|insertAdjacentHTML")

    others = [file for file in sources() if file not in renderers]

    assert [str(file) for file in others if vouching.search(file.read_text())] == []
