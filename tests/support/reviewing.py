"""The review as a reviewer uses it, who gives a reason where one is asked for."""

from __future__ import annotations

from typing import Any

from django.test import Client

from chat.models import AccessEvent, Kind, Turn

LIST = "/admin/chat/conversation/"
REASON = "The weekly sample"


def page_of(turn: Turn, query: str = "", page: str = "change") -> str:
    """Return the address of a page of the conversation of a turn."""
    return f"{LIST}{turn.conversation.pk}/{page}/{query}"


def opened(browser: Client, address: str, **query: str) -> Any:
    """Return a page, after giving the reason that it asks for."""
    response = browser.get(address, query)
    if response.context and "action" in response.context:
        return browser.post(response.context["action"], {"reason": REASON}, follow=True)
    return response


def searched(browser: Client, words: str, filters: str = "") -> Any:
    """Return the list after a search in texts."""
    address = f"{LIST}search/" + (f"?_changelist_filters={filters}" if filters else "")
    return browser.post(address, {"words": words, "reason": REASON}, follow=True)


def of_content() -> list[AccessEvent]:
    """Return what has been recorded of content so far, the first first."""
    kinds = [Kind.READ, Kind.SEARCHED, Kind.FOUND, Kind.EXPORTED, Kind.UNMASKED]
    return list(AccessEvent.objects.filter(kind__in=kinds).order_by("pk"))


def events() -> list[tuple[str, str]]:
    """Return the same as what was done, and how."""
    return [(event.kind, event.how) for event in of_content()]
