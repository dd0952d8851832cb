"""A chat model whose service does not answer until a file exists: ``CHAT_MODEL=python:…:once_there``."""

from __future__ import annotations

import os
from pathlib import Path

from chat.llm import ChatModel
from chat.llm.embedded import provide


def once_there() -> ChatModel:
    """Return the embedded model; raise ``ConnectionError`` while the file that ``LATE_MODEL_FILE`` names is missing."""
    if not Path(os.environ["LATE_MODEL_FILE"]).exists():
        raise ConnectionError("connection refused")
    return provide("")
