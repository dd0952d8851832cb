"""System checks of what turns speech into text."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from ..upstream.credentials import missing_for_openai, missing_for_workspace
from .kinds import FORMS, OPENAI, PACKAGES, SERVING, SQL, kind_and_name, problem
from .media import is_installed


@register("chat")
def check_transcription(**_: Any) -> Iterator[CheckMessage]:
    """Report a transcriber that does not exist, or that the site cannot use."""
    value = settings.TRANSCRIBER
    if value:
        yield from _problems(value)
    elif settings.TRANSCRIBER_BASE_URL:
        text = "TRANSCRIBER_BASE_URL is set, but nothing is transcribed."
        yield Warning(text, hint="Set TRANSCRIBER=openai:<model>, too, or remove it.", id="chat.W053")


def _problems(value: str) -> Iterator[CheckMessage]:
    package, extra = PACKAGES.get(kind_and_name(value)[0], ("", ""))
    if wrong := problem(value, settings.STORAGE):
        yield Error(f"TRANSCRIBER is {value!r}, {wrong}.", hint=f"Known: {FORMS}.", id="chat.E050")
    elif not _is_found(package):
        hint = f"Start with bin/run, or run: uv sync --frozen --extra {extra}"
        yield Error(f"TRANSCRIBER is {value!r}, but {package} is not installed.", hint=hint, id="chat.E051")
    elif hint := _missing_credentials(kind_and_name(value)[0]):
        yield Error(f"TRANSCRIBER is {value!r}, but there are no credentials for it.", hint=hint, id="chat.E052")
    elif not is_installed():
        text = "TRANSCRIBER is set, but ffmpeg is not installed: long recordings and videos cannot be transcribed."
        yield Warning(text, hint="Install it, for example with apt-get install ffmpeg.", id="chat.W054")


def _missing_credentials(kind: str) -> str:
    if kind in (SERVING, SQL):
        return missing_for_workspace()
    if kind != OPENAI:
        return ""
    own = settings.TRANSCRIBER_BASE_URL
    url = own or settings.OPENAI_BASE_URL
    key = settings.TRANSCRIBER_API_KEY or ("" if own else settings.OPENAI_API_KEY)
    return missing_for_openai(url, key, key_name="TRANSCRIBER_API_KEY", url_name="TRANSCRIBER_BASE_URL")


def _is_found(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ImportError:  # of the package that it is in
        return False
