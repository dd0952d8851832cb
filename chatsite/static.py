"""Static files under names that change with their content."""

from __future__ import annotations

from pathlib import Path

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class ModuleManifestStorage(ManifestStaticFilesStorage):
    """Also rewrites the ``import … from "./x.js";`` of our ES modules (the semicolon is needed)."""

    support_js_module_import_aggregation = True
    max_post_process_passes = 20  # one for each import that may stand between two modules

    def save_manifest(self) -> None:
        """Replace the manifest in one step: a crash, or a process that reads meanwhile, never meets half of it.

        The files that the old manifest names stay, for processes that still serve by it.
        """
        name = self.manifest_name
        self.manifest_name = f"{name}.draft"
        try:
            super().save_manifest()
            Path(self.path(self.manifest_name)).replace(self.path(name))
        finally:
            self.manifest_name = name
