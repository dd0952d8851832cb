"""The structure of the code: which part may import which, what is loaded at start, how long a file may be."""

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
    terms  addresses
    models  migrations  database
    errors  passages  query  pages  forwarded
    prompts  problems  body  display  html
    upstream
    llm  retrieval  traces  storage
    answers  transcription
    turns
    accounts
    search  about  collections  holds  invitations
    recordings  sso
    processing
    uploads
    conversations
    upkeep  live  review
    api  erasing
    people  scim  second_factor
    serving
    management  admin  error_views  urls  routing  checks  templatetags
    apps
"""
"""The parts of chat/ from the bottom up. A part imports only from lines above its own: the parts of one line are
independent of each other. docs/architecture.md says what each part is for."""

PRIVATE = {
    "views", "entry_views", "export_views", "forgotten_views", "judging_views", "leaving_views", "people_views",
    "read_views", "removal_views", "step_views", "token_views", "turn_views", "forms", "admin", "token_admin",
}  # fmt: skip
"""Modules of a package that only ``chat/urls.py``, ``chat/admin.py``, ``chatsite`` and the package may import."""

HEAVY = {
    "allauth", "charset_normalizer", "ctranslate2", "databricks", "databricks_langchain", "faster_whisper", "fido2",
    "httpx", "jwt", "langchain", "langchain_core", "langchain_databricks", "langchain_openai", "langsmith", "mlflow",
    "numpy", "openai", "opentelemetry", "pandas", "pydantic", "qrcode", "requests",
}  # fmt: skip
"""Packages that take long to import, and so are imported only when they are first needed."""
LATE = {"chat.recordings.transcripts.dialects", "chat.recordings.transcripts.word_document"}
"""Those of our own of which the same is true."""

LONGEST = 300
WIDEST = 120
SOURCES = {".py", ".js", ".mjs", ".css", ".html"}
FOLDERS = ("bin", "chat", "chatsite", "templates")


@dataclass(frozen=True)
class Import:
    """An edge from a module of chat/ or chatsite/ to the module or name that it imports, with full names."""

    module: str
    name: str
    for_types: bool

    def __str__(self) -> str:
        return f"{self.module} imports {self.name}"


@cache
def imports() -> list[Import]:
    return [edge for top in ("chat", "chatsite") for file in (ROOT / top).rglob("*.py") for edge in imports_of(file)]


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
    """Return the part of chat/ that a module belongs to; empty for chat itself and for other packages."""
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


def test_a_part_imports_only_parts_above_it() -> None:
    pairs = {(part_of(edge.module), part_of(edge.name)) for edge in imports()}
    between = sorted((part, other) for part, other in pairs if part and other and part != other)

    assert [f"{part} imports {other}" for part, other in between if line_of(other) >= line_of(part)] == []


def test_the_app_never_imports_the_site() -> None:
    backwards = [edge for edge in imports() if is_in(edge.module, "chat") and is_in(edge.name, "chatsite")]

    assert list(map(str, backwards)) == []


def is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def test_no_package_imports_the_views_forms_or_admin_of_another() -> None:
    foreign = [
        edge
        for edge in imports()
        if part_of(edge.name) and PRIVATE & set(edge.name.split(".")) and part_of(edge.module) != part_of(edge.name)
    ]
    allowed = {"chat.urls", "chat.admin"}

    assert [str(edge) for edge in foreign if edge.module not in allowed and not is_in(edge.module, "chatsite")] == []


def test_no_imports_are_circular() -> None:
    modules = {edge.module for edge in imports()}
    graph: dict[str, set[str]] = {}
    for edge in imports():
        target = edge.name if edge.name in modules else edge.name.rpartition(".")[0]
        if target in modules and not is_in(edge.module, target) and not edge.for_types:
            graph.setdefault(edge.module, set()).add(target)

    TopologicalSorter(graph).prepare()  # raises CycleError, which names the modules


@pytest.mark.parametrize("module", ["chatsite.asgi", "chat.management.commands.serve", "chatsite.urls"])
def test_nothing_heavy_is_loaded_at_start(module: str) -> None:
    code = f"import django, sys; django.setup(); import {module}; print(*sys.modules)"
    environ = {**os.environ, "DJANGO_SETTINGS_MODULE": "chatsite.settings"}

    printed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True, check=True
    )

    loaded = set(printed.stdout.split())
    assert HEAVY & {name.partition(".")[0] for name in loaded} == set()
    assert LATE & loaded == set()


def test_files_are_short() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in sources()}

    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_lines_of_templates_fit_the_width() -> None:
    files = [file for file in (ROOT / "templates").rglob("*") if file.suffix in {".html", ".svg"}]
    lines = [(file, number, line) for file in files for number, line in enumerate(file.read_text().splitlines(), 1)]

    assert files
    assert [f"{file.relative_to(ROOT)}:{number}" for file, number, line in lines if len(line) > WIDEST] == []


def test_no_name_of_a_file_is_vague() -> None:
    vague = {"base", "common", "helpers", "managers", "misc", "services", "util", "utils"}

    assert [str(file) for file in (ROOT / "chat").rglob("*.py") if vague & {file.stem, *file.parts}] == []


def test_only_one_module_submits_questions() -> None:
    submitting = re.compile(r"objects\.submit\b|on_behalf\.keep_token\b")
    callers = [file for file in (ROOT / "chat").rglob("*.py") if submitting.search(file.read_text())]

    assert [str(file.relative_to(ROOT / "chat")) for file in callers] == ["turns/asking.py"]


def test_nobody_signs_in_past_the_second_factor() -> None:
    """Whoever signs somebody in asks ``come_in``; a new account has no factor yet. django-allauth has its own way."""
    signing_in = re.compile(r"(?<![\w.])login\(request\b")
    callers = [file for file in (ROOT / "chat").rglob("*.py") if signing_in.search(file.read_text())]

    names = sorted(str(file.relative_to(ROOT / "chat")) for file in callers)
    assert names == ["accounts/coming_in.py", "invitations/entry_views.py"]


def test_no_state_is_a_bare_string() -> None:
    """Except in the constraints and indexes of the model, and in migrations, which are frozen."""
    bare = re.compile(rf"""state(__in)?\b.{{0,12}}['"]({"|".join(State.values)})['"]""")
    frozen = {ROOT / "chat/models/turns/turn.py"}

    files = [
        file for file in sources() if file.suffix in {".py", ".html"} and file not in frozen and "bin" not in file.parts
    ]

    assert [str(file) for file in files if bare.search(file.read_text())] == []


def test_only_the_renderers_mark_html_as_safe() -> None:
    renderers = {
        ROOT / "chat/conversations/markdown.py",
        ROOT / "chat/html.py",
        ROOT / "chat/static/chat/js/page/trusted_html.js",
    }
    marking = re.compile(r"\|\s*safe\b|mark_safe|autoescape off|SafeString\(|innerHTML|insertAdjacentHTML")

    files = [file for file in sources() if file not in renderers]

    assert [str(file) for file in files if marking.search(file.read_text())] == []
