"""Users in the admin."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from typing_extensions import override

from ..models import ApiToken, Conversation, PasswordOffer
from .login_sessions import SignedInRequest, end_login_sessions

admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(UserAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """Django's admin of users; it signs out at once a user who is deactivated or gets another password."""

    @override
    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Sign out a user who is deactivated."""
        super().save_model(request, obj, form, change)
        if not obj.is_active:
            end_login_sessions(obj)

    @override
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Sign out a user whose password was changed, except in this browser. Own passwords have another page."""
        response = super().user_change_password(request, id, form_url)
        if response.status_code == 302:
            own_login = cast(SignedInRequest, request).login_session
            end_login_sessions(User.objects.get(pk=id), but=own_login)
        return response

    @override
    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Allow the deletion of a user's conversations and so on, which nobody may delete without the user."""
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        of_the_user = {model._meta.verbose_name for model in (ApiToken, Conversation, PasswordOffer)}  # noqa: SLF001  # documented
        return deleted, counts, missing - of_the_user, protected
