"""Static files under names that change with their content."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from typing_extensions import override


class ModuleManifestStorage(ManifestStaticFilesStorage):
    """Also rewrites the ``import … from "./x.js";`` of our ES modules (the semicolon is required)."""

    support_js_module_import_aggregation = True
    max_post_process_passes = 20  # at least the length of the longest chain of imports

    @override
    def save_manifest(self) -> None:
        """Replace the manifest atomically: neither a crash nor a concurrent reader can see half of it.

        The files of the old manifest stay, for processes that still use it.
        """
        name = self.manifest_name
        self.manifest_name = f"{name}.draft"
        try:
            super().save_manifest()
            Path(self.path(self.manifest_name)).replace(self.path(name))
        finally:
            self.manifest_name = name
