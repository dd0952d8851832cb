"""Whether the user may add recordings, for pages that offer it: ``{% load adding %}{% may_add as may_add %}``."""

from __future__ import annotations

from django import template
from django.template.context import Context

from chat.models import Collection

register = template.Library()


@register.simple_tag(takes_context=True)
def may_add(context: Context) -> bool:
    """Return whether the user manages a collection to which recordings can be added."""
    return Collection.objects.changeable_by(context["user"]).exists()
