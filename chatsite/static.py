"""Static files under names that change with their content."""

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class ModuleManifestStorage(ManifestStaticFilesStorage):
    """Also rewrites the ``import … from "./x.js";`` of our ES modules (the semicolon is needed)."""

    support_js_module_import_aggregation = True
