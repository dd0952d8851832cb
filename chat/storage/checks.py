"""System checks of where audio is stored."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from ..upstream.credentials import missing_for_workspace
from .where import EXTRAS, FORMS, S3, VOLUME, kind_of, problem


@register("chat")
def check_storage(**_: Any) -> Iterator[CheckMessage]:
    """Report a place for audio that does not exist, or that the site cannot use."""
    value, kind = settings.STORAGE, kind_of(settings.STORAGE)
    package, extra = EXTRAS.get(kind, ("", ""))
    if wrong := problem(value):
        yield Error(f"STORAGE is {value!r}, {wrong}.", hint=f"Known: {FORMS}.", id="chat.E034")
    elif package and not _is_installed(package):
        hint = f"Start with bin/run, or run: uv sync --frozen --extra {extra}"
        yield Error(f"STORAGE is {value!r}, but {package} is not installed.", hint=hint, id="chat.E035")
    elif hint := _missing_credentials(kind):
        yield Error(f"STORAGE is {value!r}, but there are no credentials for it.", hint=hint, id="chat.E036")
    elif settings.STORAGE_ON_BEHALF_OF and not (kind == VOLUME and settings.TRUSTED_PROXY):
        text = "STORAGE_ON_BEHALF_OF is on, but nobody's audio can be read with a token of their own."
        hint = "It needs STORAGE=volume:/Volumes/… and TRUSTED_PROXY; or remove it."
        yield Error(text, hint=hint, id="chat.E037")
    if settings.S3_ENDPOINT and kind != S3:
        text = f"S3_ENDPOINT is set, but audio is stored by STORAGE={value}."
        yield Warning(text, hint="Set STORAGE=s3://<bucket>/<prefix>, too, or remove it.", id="chat.W038")


def _missing_credentials(kind: str) -> str:
    if kind == VOLUME:
        return missing_for_workspace()
    if kind == S3 and bool(settings.S3_ACCESS_KEY_ID) != bool(settings.S3_SECRET_ACCESS_KEY):
        other = "S3_SECRET_ACCESS_KEY" if settings.S3_ACCESS_KEY_ID else "S3_ACCESS_KEY_ID"
        return f"Set {other}, too; or leave out both, for those of AWS_ACCESS_KEY_ID or of the machine's role."
    return ""


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ImportError:  # of the package that it is in
        return False
