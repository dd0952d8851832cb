"""Static files under names that change with their content, packed and compressed."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from django.core.files.storage import FileSystemStorage
from servestatic.compress import Compressor
from typing_extensions import override

from .packing import NotPacked, is_source, pack, packager

logger = logging.getLogger(__name__)

Files = dict[str, tuple[FileSystemStorage, str]]

UNCOMPRESSED = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
"""Endings of files that are compressed already, or that only the tools of developers load."""


class WholeFileCompressor(Compressor):  # type: ignore[misc]  # the package has no types
    """Never leaves a part of a file: a crash would make every later start take it for the whole."""

    @staticmethod
    @override
    def write_data(path: str, data: bytes, suffix: str, stat_result: os.stat_result) -> str:
        file, draft = Path(f"{path}{suffix}"), Path(f"{path}{suffix}.draft")
        draft.write_bytes(data)
        os.utime(draft, (stat_result.st_atime, stat_result.st_mtime))
        draft.replace(file)
        return str(file)


class ModuleManifestStorage(ManifestStaticFilesStorage):
    """Packs the modules and sheets of each page into one, and compresses all files for ServeStatic.

    Where there is no packager it serves them singly: it also rewrites the ``import … from "./x.js";`` of our ES modules
    (the semicolon is required).
    """

    support_js_module_import_aggregation = True
    max_post_process_passes = 20  # at least the length of the longest chain of imports

    @property
    def maker(self) -> str:
        """What the files were made with; ``prepare`` collects them again when it changes."""
        return packager()

    @override
    def post_process(self, paths: Files, dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Yield what becomes of the collected files, with those of pages packed."""
        with TemporaryDirectory() as folder:
            files = paths if dry_run else self._with_packed(paths, Path(folder))
            yield from super().post_process(files, dry_run=dry_run, **options)

    def _with_packed(self, paths: Files, folder: Path) -> Files:
        """Return the files with the packed ones instead of those that they are packed from."""
        try:
            names = pack(paths, folder)
        except NotPacked as failure:
            logger.warning("Pages load their scripts and style sheets singly: %s", failure)
            return paths
        if not names:
            return paths
        packed = FileSystemStorage(folder / "packed")
        for name in names:  # ServeStatic expects each file under its own name, too
            shutil.copyfile(packed.path(name), self.path(name))
        others = {name: place for name, place in paths.items() if not is_source(name)}
        return {**others, **{name: (packed, name) for name in names}}

    @override
    def save_manifest(self) -> None:
        """Replace the manifest atomically: neither a crash nor a concurrent reader can see half of it.

        The files of the old manifest stay, for processes that still use it.
        """
        self._compress()
        name = self.manifest_name
        self.manifest_name = f"{name}.draft"
        try:
            super().save_manifest()
            Path(self.path(self.manifest_name)).replace(self.path(name))
        finally:
            self.manifest_name = name

    def _compress(self) -> None:
        """Put a smaller file in brotli and one in gzip beside each file whose name changes with its content."""
        compressor = WholeFileCompressor(UNCOMPRESSED, quiet=True, use_zstd=False)
        files = [self.path(name) for name in set(self.hashed_files.values()) if compressor.should_compress(name)]
        with ThreadPoolExecutor() as threads:
            list(threads.map(compressor.compress, [file for file in files if not Path(f"{file}.gz").exists()]))
