"""The browser modules: their own tests, and what they have in common with the server."""

from __future__ import annotations

import os
import posixpath
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from msgspec import Struct
from msgspec.structs import fields

from chat.live.protocol import COMMANDS
from chat.turns.events import EVENTS
from chatsite.static import ModuleManifestStorage

ROOT = Path(__file__).resolve().parent.parent.parent
SCRIPTS = ROOT / "chat/static/chat/js"
TEMPLATES = ROOT / "templates"
SECONDS = 120
CITED = dict.fromkeys(range(1, 1_000), "")
"""Numbers with sources, none of which has a name."""
NODE_ENVIRON = {**os.environ, "NODE_OPTIONS": f"--import={(ROOT / 'tests/js/node18.mjs').as_uri()}"}

needs_node = pytest.mark.skipif(not shutil.which("node"), reason="Node.js is not installed (apt-get install nodejs)")


@cache
def scripts() -> dict[str, str]:
    """Return the text of each module by its path."""
    return {str(path.relative_to(SCRIPTS)): path.read_text() for path in sorted(SCRIPTS.rglob("*.js"))}


@needs_node
def test_the_scripts_pass_their_own_tests() -> None:
    files = sorted(map(str, (ROOT / "tests/js").glob("*.test.mjs")))

    command = ["node", "--test", *files]
    done = subprocess.run(command, env=NODE_ENVIRON, capture_output=True, text=True, timeout=SECONDS, check=False)

    assert len(files) >= 7
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr


def test_every_import_gets_the_name_that_changes_with_the_content(tmp_path: Path) -> None:
    storage = ModuleManifestStorage(location=tmp_path, base_url="/static/")
    names = sorted(scripts(), key=_depth, reverse=True)  # files come in any order: this is the worst case

    shutil.copytree(SCRIPTS, tmp_path, dirs_exist_ok=True)
    outcomes = list(storage.post_process({name: (FileSystemStorage(tmp_path), name) for name in names}))

    assert [outcome for _, _, outcome in outcomes if isinstance(outcome, Exception)] == []
    assert set(storage.hashed_files) == set(names)
    for hashed in storage.hashed_files.values():
        assert set(_imports(hashed, (tmp_path / hashed).read_text())) <= set(storage.hashed_files.values())


def _depth(name: str) -> int:
    """Return the length of the longest chain of imports that begins with a module."""
    return 1 + max((_depth(imported) for imported in _imports(name, scripts()[name])), default=0)


def _imports(name: str, script: str) -> list[str]:
    """Return the paths of the modules that a module imports."""
    return [posixpath.normpath(posixpath.join(posixpath.dirname(name), address)) for address in _addresses(script)]


def _addresses(script: str) -> list[str]:
    code = re.sub(r"/\*.*?\*/", "", script, flags=re.DOTALL)  # types are imported in comments, which a browser skips
    return re.findall(r"""(?:from|import)\s*\(?["']([^"']+)""", code)


def test_only_one_script_parses_html() -> None:
    dangerous = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|DOMParser|document\.write|eval\(|new Function|srcdoc"
    )

    assert [name for name, script in scripts().items() if dangerous.search(script)] == ["page/trusted_html.js"]


def test_no_script_loads_anything_from_elsewhere() -> None:
    for name, script in scripts().items():
        assert all(address.startswith(("./", "../")) for address in _addresses(script)), name
        assert set(_imports(name, script)) <= set(scripts()), name


def test_the_templates_have_what_the_scripts_look_for() -> None:
    written = [*TEMPLATES.rglob("*.html"), ROOT / "chat/recordings/runs_html.py"]
    templates = "".join(path.read_text() for path in written)
    wanted = set().union(*map(_looked_for, scripts().values()))

    assert len(wanted) >= 30
    assert {name for name in wanted if f"data-{name}" not in templates} == set()


def _looked_for(script: str) -> Iterator[str]:
    yield from re.findall(r"\[data-([a-z-]+)", script)
    yield from re.findall(r'#part\("([a-z-]+)"', script)
    yield from re.findall(r'(?<!\.)\bfind\w*\(.*?"([a-z-]+)"', script)


def test_the_types_of_the_wire_have_the_keys_of_every_command_and_event() -> None:
    declared = re.findall(r'@typedef \{\{type: "(\w+)"(.*?)\}\}', scripts()["connection/wire.js"], re.DOTALL)
    keys = {name: set(re.findall(r"(\w+)(\??):", body)) for name, body in declared}

    assert keys == {message.__struct_config__.tag: _keys(message) for message in (*COMMANDS, *EVENTS)}


def _keys(message: type[Struct]) -> set[tuple[str, str]]:
    """Return the keys of a command or event, each with a question mark if it is optional."""
    return {(field.encode_name, "" if field.required else "?") for field in fields(message)}


def test_every_type_is_a_real_one() -> None:
    vague = re.compile(r"\b(?:any|object|Object|Function)\b|\*")
    types = [(name, found) for name, script in scripts().items() for found in _types(script)]

    assert len(types) >= 300
    assert [(name, found) for name, found in types if vague.search(found)] == []
    assert [name for name, script in scripts().items() if re.search(r"@ts-|eslint-", script)] == []


def _types(script: str) -> Iterator[str]:
    """Yield the types in the comments of a module: the braces after each tag."""
    for tag in re.finditer(r"@\w+ (?=\{)", script):
        depth = 0
        for end in range(tag.end(), len(script)):
            depth += {"{": 1, "}": -1}.get(script[end], 0)
            if depth == 0:
                break
        yield re.sub(r"\n *\*", "", script[tag.end() : end])
