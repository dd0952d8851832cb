"""Links for those who have forgotten their password, sent to the address of their account."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse

from ..display import shown
from ..models import PasswordReset, SignInAttempt
from . import mail

SUBJECT = "A new password for chatsite"
_TEXT = """\
Hello {name},

somebody, probably you, has asked for a new password for the account
{username} at {site}.

Open this link to set one:

{link}

It works once, for an hour. If it was not you, ignore this message: the
password stays as it is.
"""
SENT_TO = 5
"""Most accounts with the same address that get a link at once."""


def limited_until(email: str, client: str) -> datetime | None:
    """Count a request for a link; if there were too many, return when the next is allowed.

    Requests count for the address in the form, from anywhere, and for the address of the client, as failed sign-ins do;
    whether there is an account makes no difference.
    """
    return SignInAttempt.begin("forgotten", email.casefold()) or SignInAttempt.begin(f"forgotten {email}", client)


def send_links(email: str) -> None:
    """Send a link to the accounts with this address, if there are any. All of it is done later: nobody can time it."""
    mail.background.start(partial(_send, email))


def _send(email: str) -> None:
    for user in User.objects.filter(email__iexact=email, is_active=True).exclude(email="").order_by("pk")[:SENT_TO]:
        link = settings.ORIGINS[0] + reverse("new-password", args=[PasswordReset.make(user)])
        text = _TEXT.format(
            name=shown(user.get_full_name() or user.get_username()),
            username=shown(user.get_username()),
            site=settings.ORIGINS[0],
            link=link,
        )
        mail.send(SUBJECT, text, to=user.email)
