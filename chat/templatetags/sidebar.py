"""The sidebar, which the template of every page renders: ``{% load sidebar %}{% sidebar %}``, and the rows in it."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings
from django.template.context import Context

from chat.conversations.sidebar import recent_conversations
from chat.conversations.sidebar_html import rows_html
from chat.models import may_review

register = template.Library()
register.simple_tag(rows_html, name="rows")


@register.inclusion_tag("_sidebar.html", takes_context=True)
def sidebar(context: Context) -> dict[str, Any]:
    """Render the user's conversations and menu, and mark the conversation of the page, if it has one, as open."""
    conversation = context.get("conversation")
    return {
        **recent_conversations(context["user"]),
        "user": context["user"],
        "may_see_people": context["user"].is_staff and context["user"].has_perm("auth.view_user"),
        "is_reviewer": may_review(context["user"].pk),
        "searched": context.get("query"),
        "current": conversation.uuid if conversation else None,
        "is_signed_in_by_proxy": bool(settings.TRUSTED_PROXY),
        "version": settings.VERSION,
    }
