"""Admins whose changes are recorded with the user who makes them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from typing_extensions import override

from ..models import How, acting


class ActingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs alone
    """An admin of accounts or groups, on whose pages a change may be one of who may review."""

    @override
    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with acting(request.user, How.ADMIN):
            return super().changelist_view(request, *args, **kwargs)

    @override
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with acting(request.user, How.ADMIN):
            return super().changeform_view(request, *args, **kwargs)

    @override
    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with acting(request.user, How.ADMIN):
            return super().delete_view(request, *args, **kwargs)
