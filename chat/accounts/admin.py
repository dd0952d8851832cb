"""Users in the admin."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from ..models import ApiToken, Conversation
from .login_sessions import SignedInRequest, end_login_sessions

admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(UserAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """Django's page for users; who is locked out, or gets another password, is signed out at once."""

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Sign a user out who may not come in any more."""
        super().save_model(request, obj, form, change)
        if not obj.is_active:
            end_login_sessions(obj)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Sign a user out whose password was changed; for the own one there is another page."""
        response = super().user_change_password(request, id, form_url)
        if response.status_code == 302:
            own = cast(SignedInRequest, request).login_session
            end_login_sessions(User.objects.get(pk=id), but=own)
        return response

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Deleting a user takes along their conversations and tokens, which nobody can delete by themselves."""
        deleted, counts, missing, protected = super().get_deleted_objects(objs, request)
        theirs = {model._meta.verbose_name for model in (ApiToken, Conversation)}  # noqa: SLF001  # documented
        return deleted, counts, missing - theirs, protected
