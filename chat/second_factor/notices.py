"""Mails that tell a user of each change of their second factors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from ..accounts import mail
from ..accounts.agents import described
from ..display import shown

SUBJECT = "The second factor of your account"
_TEXT = """\
Hello {name},

this concerns your account {username} at {site}.

{what}

When: {when}
{where}
If you know of this, ignore this message. If not, open

{link}

sign out the other devices there, set a new password, and tell the
administrator of the site.
"""


@dataclass(frozen=True)
class Notice:
    """Where a change was made: in a browser that says this of itself, or elsewhere."""

    agent: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Notice:
        """Return the notice of a change that a user makes in their own browser."""
        return cls(request.headers.get("User-Agent", ""))

    def send(self, user: User, what: str) -> None:
        """Write to the user after the present transaction, if the site sends e-mail."""
        if not (mail.is_on() and user.email):
            return
        text = _TEXT.format(
            name=shown(user.get_full_name() or user.get_username()),
            username=shown(user.get_username()),
            site=settings.ORIGINS[0],
            what=shown(what),
            when=mail.moment(timezone.now()),
            where=f"Browser: {described(self.agent)}\n" if self.agent else "",
            link=settings.ORIGINS[0] + reverse("account"),
        )
        mail.background.start(partial(mail.send, SUBJECT, text, to=user.email))
