"""Invitations as their page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from ..display import shown
from ..models import Delivery, Invitation

OPEN_SHOWN, ENDED_SHOWN = 200, 100
"""Most invitations that the page shows, the latest first."""


@dataclass(frozen=True)
class ShownInvitation:
    """An invitation with what has become of it: in words, since when, and whether somebody should do something."""

    invitation: Invitation
    text: str
    at: datetime | None
    needs_care: bool = False
    opens: str = ""
    """The groups and collections that it opens, in words."""


def open_invitations() -> list[ShownInvitation]:
    """Return those that can still be used or sent again."""
    return _shown(Invitation.objects.open().order_by("-pk")[:OPEN_SHOWN])


def ended_invitations() -> list[ShownInvitation]:
    """Return those that were used or revoked."""
    return _shown(Invitation.objects.exclude(pk__in=Invitation.objects.open()).order_by("-pk")[:ENDED_SHOWN])


def _shown(invitations: QuerySet[Invitation]) -> list[ShownInvitation]:
    found = invitations.select_related("invited_by", "user").prefetch_related("groups", "collections")
    return [_one(each) for each in found]


def _one(invitation: Invitation) -> ShownInvitation:
    text, at, needs_care = _standing(invitation)
    names = [*(group.name for group in invitation.groups.all()), *(each.name for each in invitation.collections.all())]
    return ShownInvitation(invitation, text, at, needs_care, ", ".join(map(shown, names)))


def _standing(invitation: Invitation) -> tuple[str, datetime | None, bool]:
    if invitation.user:
        return f"came in as {shown(invitation.user.get_username())}", invitation.used_at, False
    if invitation.revoked_at:
        return "revoked", invitation.revoked_at, False
    if invitation.is_too_old:
        return "too old, so send it again; it worked until", invitation.expires_at, True
    if invitation.delivery == Delivery.FAILED or invitation.was_interrupted:
        return "not sent, so copy a link and send it yourself; tried", invitation.delivery_at, True
    if invitation.delivery == Delivery.SENDING:
        return "is being sent", invitation.delivery_at, False
    if invitation.delivery == Delivery.SENT:
        return "sent", invitation.delivery_at, False
    return "has a link that was shown to copy", None, False
