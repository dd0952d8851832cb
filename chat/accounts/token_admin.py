"""API tokens in the admin."""

from __future__ import annotations

from datetime import datetime

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from ..display import marked
from ..models import ApiToken
from .login_sessions import end
from .staff_reads import StaffReads


@admin.register(ApiToken)
class ApiTokenAdmin(StaffReads, admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """Whose programs may come in, and the way to shut one out. The secrets are not here, or anywhere.

    A token that was revoked is shown until the purge removes its login session.
    """

    list_display = ["shown_name", "user", "created_at", "last_used_at", "revoked_at"]
    list_filter = [("login_session__user", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["login_session__user"]
    list_per_page = 50
    ordering = ["-pk"]
    fields = ("shown_name", "user", "created_at", "last_used_at", "revoked_at")
    readonly_fields = fields
    actions = ["revoke"]

    @admin.action(description="Revoke the chosen tokens", permissions=["view"])
    def revoke(self, request: HttpRequest, tokens: QuerySet[ApiToken]) -> None:
        """What was asked by them and runs is stopped."""
        live = list(tokens.filter(login_session__ended_at=None).select_related("login_session"))
        for token in live:
            end(token.login_session)
        self.message_user(request, f"{len(live)} tokens are revoked." if len(live) != 1 else "One token is revoked.")

    @admin.display(description="name", ordering="name")
    def shown_name(self, token: ApiToken) -> str:
        """The name, with what is invisible in it."""
        return marked(token.name)

    @admin.display(description="user", ordering="login_session__user")
    def user(self, token: ApiToken) -> str:
        """Whose it is."""
        return token.login_session.user.get_username()

    @admin.display(description="created", ordering="login_session__created_at")
    def created_at(self, token: ApiToken) -> datetime:
        """When it was made."""
        return token.login_session.created_at

    @admin.display(description="revoked", ordering="login_session__ended_at")
    def revoked_at(self, token: ApiToken) -> datetime | None:
        """When it was revoked; empty while it works."""
        return token.login_session.ended_at
