"""Django's permissions in the admin: only those that open something there are offered, each as a box to tick."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from typing_extensions import override

from ..models import GroupBudget
from .acting_admin import ActingAdmin

USEFUL = Q(content_type__app_label="auth", content_type__model__in=["user", "group"])
USEFUL |= Q(content_type__app_label="chat", content_type__model="recording") & ~Q(codename="add_recording")
USEFUL |= Q(content_type__app_label="chat", codename__in=["change_collection", "change_hold"])
"""Everything else in the admin is open to all staff, or to nobody."""

admin.site.unregister(Group)


class BudgetInline(admin.StackedInline):  # type: ignore[type-arg]  # generic in the stubs alone
    """The daily budget of a group, which those set who may change the group."""

    model = GroupBudget
    can_delete = False

    @override
    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("auth.view_group") or self.has_change_permission(request, obj)

    @override
    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("auth.change_group")

    @override
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("auth.change_group" if obj else "auth.add_group")


@admin.register(Group)
class TeamAdmin(ActingAdmin, GroupAdmin):
    """Django's admin of groups, with their budgets."""

    filter_horizontal = ()
    inlines = (BudgetInline,)

    @override
    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any) -> Any:
        """Offer each permission as a box to tick."""
        return super().formfield_for_manytomany(db_field, request, **as_boxes(db_field, request), **kwargs)


class _PermissionField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic in the stubs alone
    """Names a permission without its app and model, which its name repeats."""

    @override
    def label_from_instance(self, obj: Permission) -> str:
        return obj.name


def as_boxes(field: Any, request: HttpRequest | None) -> dict[str, Any]:
    """Return the arguments of the form field of groups or permissions: the useful ones, and those granted already."""
    arguments: dict[str, Any] = {"widget": forms.CheckboxSelectMultiple, "help_text": ""}
    if field.related_model is Permission:
        arguments |= {"queryset": _useful_or_granted(field, request), "form_class": _PermissionField}
    return arguments


def _useful_or_granted(field: Any, request: HttpRequest | None) -> QuerySet[Permission]:
    match = request.resolver_match if request else None
    object_id = match.kwargs.get("object_id", "") if match else ""
    offered = USEFUL
    if str(object_id).isdecimal():
        granted = field.remote_field.through.objects.filter(**{f"{field.m2m_field_name()}_id": object_id})
        offered = offered | Q(pk__in=granted.values("permission"))
    permissions = Permission.objects.filter(offered).select_related("content_type")
    return permissions.order_by("content_type__app_label", "content_type__model", "codename")
