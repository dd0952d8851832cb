"""The secret key of an installation that sets none."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from django.core.management.utils import get_random_secret_key


def stored(path: Path) -> str:
    """Return the secret key of this installation; the first start creates it, readable by its owner alone."""
    if not path.exists():
        draft = path.with_name(f".secret_key.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(get_random_secret_key())
        with suppress(FileExistsError):  # two processes started at once: the first one's key is used
            os.link(draft, path)
        draft.unlink()
    return path.read_text()
