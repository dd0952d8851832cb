"""Models in the admin that only reviewers see: neither staff nor superusers do, unless they are reviewers."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpRequest
from typing_extensions import override

from ..models import may_review
from .staff_reads import StaffReads


class ReviewersRead(StaffReads):
    """A mixin for a ``ModelAdmin``: reviewers may read, nobody may add, change or delete."""

    @override
    def has_module_permission(self, request: HttpRequest) -> bool:
        return reviews(request)


def reviews(request: Any) -> bool:
    """Return whether the user of a request reviews; the database is asked once for each request."""
    if not hasattr(request, "is_of_reviewer"):
        request.is_of_reviewer = bool(request.user.is_active) and may_review(request.user.pk)
    return cast(bool, request.is_of_reviewer)
