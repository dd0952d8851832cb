"""The version stands in pyproject.toml; the code reads it there, and the newest release in CHANGELOG.md is that one."""

from __future__ import annotations

import re

from django.conf import settings

from ..support.processes import ROOT


def test_the_newest_release_is_the_version() -> None:
    releases = re.findall(
        r"^## (\d+\.\d+\.\d+) \(\d{4}-\d\d-\d\d\)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )

    assert releases[0] == settings.VERSION
