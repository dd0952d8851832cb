"""Making and revoking API tokens. Each is an event: a token lets a program act for its user."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction

from ..models import ApiToken, How, Kind, acting
from .account_events import record_account
from .login_sessions import end


@transaction.atomic
def make_token(user: User, name: str) -> tuple[ApiToken, str]:
    """Make a token for the user who asks for it; see ``ApiToken.issue``."""
    token, secret = ApiToken.issue(user, name)
    with acting(user, How.PAGE):
        record_account(Kind.TOKEN_MADE, user, {"token": str(token.login_session.uuid)})
    return token, secret


def revoke_token(token: ApiToken, actor: User, how: How) -> None:
    """Revoke a token, and stop the turns that were asked with it."""
    with acting(actor, how):
        record_account(Kind.TOKEN_REVOKED, token.login_session.user, {"token": str(token.login_session.uuid)})
    end(token.login_session)
