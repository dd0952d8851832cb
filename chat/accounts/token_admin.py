"""API tokens in the admin."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from ..display import marked
from ..models import ApiToken, How
from .staff_reads import StaffReads
from .tokens import revoke_token


@admin.register(ApiToken)
class ApiTokenAdmin(StaffReads, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """All API tokens: staff can see and revoke them. Their secrets are stored nowhere.

    A revoked token is shown until the purge removes its login session.
    """

    list_display = ["shown_name", "user", "created_at", "last_used_at", "revoked_at"]
    list_filter = [("login_session__user", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["login_session__user"]
    list_per_page = 50
    ordering = ["-pk"]
    fields = ("shown_name", "user", "created_at", "last_used_at", "revoked_at")
    readonly_fields = fields
    actions = ["revoke"]

    @admin.action(description="Revoke the selected tokens", permissions=["view"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        """Revoke tokens, and stop the turns that were asked with them."""
        live = list(tokens.filter(login_session__ended_at=None).select_related("login_session__user"))
        for token in live:
            revoke_token(token, cast(User, request.user), How.ADMIN)
        self.message_user(request, f"{len(live)} tokens were revoked." if len(live) != 1 else "One token was revoked.")

    @admin.display(description="name", ordering="name")
    def shown_name(self, token: ApiToken) -> str:
        """Return the name with its invisible characters made visible."""
        return marked(token.name)

    @admin.display(description="user", ordering="login_session__user")
    def user(self, token: ApiToken) -> str:
        return token.login_session.user.get_username()

    @admin.display(description="created", ordering="login_session__created_at")
    def created_at(self, token: ApiToken) -> datetime:
        return token.login_session.created_at

    @admin.display(description="revoked", ordering="login_session__ended_at")
    def revoked_at(self, token: ApiToken) -> datetime | None:
        """Return when the token was revoked; None while it works."""
        return token.login_session.ended_at
