"""What staff may see in the admin without any permission of Django's, and nobody may change there."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


class StaffReads:
    """Mixed into a ``ModelAdmin``: staff may read, nobody may add, change or delete."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Staff may."""
        return request.user.is_active and request.user.is_staff

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff may."""
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody may."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody may."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody may."""
        return False
