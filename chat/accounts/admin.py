"""Users in the admin."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST
from typing_extensions import override

from ..display import marked
from ..models import ApiToken, Conversation, How, PasswordOffer, acting, holds_over, kept_under
from ..models.administrators import LAST, nobody_administrates_without
from .acting_admin import ActingAdmin
from .forms import AccountCreationForm, AccountForm
from .local_address import is_local
from .login_sessions import SignedInRequest, staying_signed_in
from .permissions import as_boxes
from .sign_in_links import expiry, give_link, may_make_link

admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(ActingAdmin, UserAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """Django's admin of users, with sign-in links.

    It signs out at once a user who is deactivated or gets another password. Three boxes and the groups, of which one is
    that of the reviewers, are all that most users need; what few need is folded away.
    """

    add_form = AccountCreationForm
    form = AccountForm
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Personal info", {"fields": ("first_name", "last_name", "email")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups")}),
        ("Single permissions", {"classes": ("collapse",), "fields": ("user_permissions",)}),
        ("Important dates", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ()

    @override
    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer each group and permission as a box to tick."""
        return super().formfield_for_manytomany(db_field, request, **as_boxes(db_field, request), **kwargs)

    @override
    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.make_link)
        return [path("<int:pk>/sign-in-link/", view, name="auth_user_sign_in_link"), *super().get_urls()]

    @override
    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        account = context.get("original")
        context["may_make_link"] = account is not None and self.may_make_link(request, account)
        return super().render_change_form(request, context, *args, **kwargs)

    def may_make_link(self, request: HttpRequest, account: User) -> bool:
        """Return whether the user of a request may make a link for this account, and it would work."""
        may_make = may_make_link(cast(SignedInRequest, request).user, account)
        return may_make and self.has_change_permission(request, account)

    @method_decorator(require_POST)
    def make_link(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a new sign-in link for a user, and record in the history of this user that it was made."""
        account = get_object_or_404(User, pk=pk)
        if not self.may_make_link(request, account):
            raise PermissionDenied
        self.log_change(request, account, "Made a sign-in link.")
        with acting(request.user, How.ADMIN):
            link = give_link(account, request.build_absolute_uri("/"))
        context = {
            **self.admin_site.each_context(request),
            "title": "Sign-in link",
            "account": account,
            "link": link,
            "until": expiry(),
            "is_local": is_local(request),
        }
        return TemplateResponse(request, "admin/auth/user/sign_in_link.html", context)

    @override
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Sign out a user whose password was changed, except in this browser. Own passwords have another page."""
        with staying_signed_in(cast(SignedInRequest, request).login_session), acting(request.user, How.ADMIN):
            return super().user_change_password(request, id, form_url)

    @override
    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Allow the deletion of a user's conversations and so on, which nobody may delete without the user.

        Count them, but do not list them: they contain what users have asked.
        """
        _, counts, missing, protected = super().get_deleted_objects(objs, request)
        of_the_user = {model._meta.verbose_name for model in (ApiToken, Conversation, PasswordOffer)}  # noqa: SLF001  # documented
        if nobody_administrates_without(objs):
            protected = [*protected, LAST]
        if names := holds_over(User.objects.filter(pk__in=[user.pk for user in objs])):
            protected = [*protected, kept_under(names)]
        return [marked(user.get_username()) for user in objs], counts, missing - of_the_user, protected
