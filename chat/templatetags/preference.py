"""What the user of a page prefers, as tags: ``{% load preference %}{% color_scheme %}{% chosen_zone %}``."""

from __future__ import annotations

from django import template
from django.template.context import Context

from chat.models import Preference

register = template.Library()
EITHER = "light dark"
"""As the system of the reader is set."""


@register.simple_tag(takes_context=True)
def color_scheme(context: Context) -> str:
    """Return the theme that the user has chosen, or both."""
    return _preference(context).theme or EITHER


@register.simple_tag(takes_context=True)
def chosen_zone(context: Context) -> str:
    """Return the time zone that the user has chosen; empty for that of the browser."""
    return _preference(context).zone


def _preference(context: Context) -> Preference:
    """Return the choices of whoever reads the page, also of one that does not exist, which no view has answered."""
    request = context.get("request")
    login_session = getattr(request, "login_session", None)
    user = login_session.user if login_session else getattr(request, "user", None)
    return Preference.of(user) if user and user.is_authenticated else Preference()
