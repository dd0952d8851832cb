"""The jobs that a user sees: ``{% load processing %}{% jobs %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

from chat.processing import shown_jobs
from chat.recordings.transcripts import SUFFIXES

register = template.Library()


@register.inclusion_tag("processing/_jobs.html", takes_context=True)
def jobs(context: Context, back: str = "recording-list") -> dict[str, Any]:
    """Render the live list; ``back`` names the page to which its buttons return."""
    return {"jobs": shown_jobs(context["user"].pk), "back": back, "csrf_token": context.get("csrf_token")}


@register.simple_tag
def transcript_endings() -> str:
    """Return the endings of transcripts, as ``accept`` of a file input has them."""
    return ",".join(sorted(SUFFIXES))
