"""The mail with the link of an invitation, and what has become of it."""

from __future__ import annotations

from functools import partial

from django.conf import settings
from django.db.models.functions import Now
from django.urls import reverse

from ..accounts import mail
from ..display import shown
from ..models import Delivery, Invitation

SUBJECT = "Your invitation to chatsite"
_TEXT = """\
Hello {name},

{inviter} invites you to chatsite. There you ask what was said in
recordings of meetings and calls, and every answer names who said it
and when.

Open this link, and choose a user name and a password:

{link}

It works once, until {until}. If you do not know what
this is about, ignore this message: nothing happens.
"""


def link_of(secret: str, base_url: str) -> str:
    """Return the link below ``base_url`` (``http://host:port``) of an invitation with this secret."""
    return base_url.rstrip("/") + reverse("invitation", args=[secret])


def send_link(invitation: Invitation, secret: str) -> None:
    """Send the link of an invitation, without waiting for it."""
    Invitation.objects.filter(pk=invitation.pk).update(delivery=Delivery.SENDING, delivery_at=Now())
    mail.background.start(partial(_send, invitation, secret))


def _send(invitation: Invitation, secret: str) -> None:
    """Send the link, and store whether the mail server took it, unless there is a new link meanwhile."""
    is_sent = mail.send(SUBJECT, _text(invitation, link_of(secret, settings.ORIGINS[0])), to=invitation.email)
    same_link = Invitation.objects.filter(pk=invitation.pk, digest=invitation.digest)
    same_link.update(delivery=Delivery.SENT if is_sent else Delivery.FAILED, delivery_at=Now())


def _text(invitation: Invitation, link: str) -> str:
    by = invitation.invited_by
    return _TEXT.format(
        name=shown(invitation.name),
        inviter=shown(by.get_full_name() or by.get_username()) if by else "An administrator",
        link=link,
        until=mail.moment(invitation.expires_at),
    )
