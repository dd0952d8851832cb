"""Read-only models in the admin, which staff may see without any of Django's permissions."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


class StaffReads:
    """A mixin for a ``ModelAdmin``: staff may read, nobody may add, change or delete."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
