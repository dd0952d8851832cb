"""Who may enter the admin: staff, and reviewers, who see nothing there but the review."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, cast

from django.contrib.admin import AdminSite
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from typing_extensions import override

from ..models import review_policy
from .reviewers_read import ReviewersRead, reviews

View = Callable[..., HttpResponseBase]
SHARED = {"index", "app_list", "logout", "password_change", "jsi18n"}
"""The names of the pages that show nothing but what their user may see."""


class Administration(AdminSite):
    """Django's admin. What it shows is decided by each ``ModelAdmin``; here is decided who may come near it."""

    @override
    def has_permission(self, request: HttpRequest) -> bool:
        """Show the pages of the review to reviewers alone, and all others to staff, as far as each page allows it.

        Raise ``Http404`` for the review where nobody reviews.
        """
        name = (request.resolver_match.url_name if request.resolver_match else None) or ""
        if self._is_of_review(name):
            if not review_policy.is_on():
                raise Http404
            return reviews(request)
        return _is_staff(request) or (name in SHARED and reviews(request))

    @override
    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Leave out the tables of django-allauth: some hold secrets, and the site has its own pages for them."""
        models = list(model_or_iterable) if isinstance(model_or_iterable, Iterable) else [model_or_iterable]
        ours = [model for model in models if not model.__module__.startswith("allauth.")]
        super().register(ours, admin_class, **options)

    def may_enter(self, request: HttpRequest) -> bool:
        """Return whether the user of a request may see any page."""
        return _is_staff(request) or reviews(request)

    @override
    def admin_view(self, view: View, cacheable: bool = False) -> Any:
        """Give a browser nothing in advance: what is shown is recorded as read, and it may never be looked at."""

        @wraps(view)
        def unless_prefetched(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return HttpResponse(status=204) if _is_prefetch(request) else view(request, *args, **kwargs)

        return super().admin_view(cast(Any, unless_prefetched), cacheable)

    @override
    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """Leave out what a reviewer who is not staff cannot open."""
        apps = super().get_app_list(request, app_label)
        if not _is_staff(request):
            for app in apps:
                app["models"] = [each for each in app["models"] if self._is_review(each["model"])]
        return [app for app in apps if app["models"]]

    @override
    def get_urls(self) -> list[Any]:
        """Add an address before Django's own, which would say of every row of every table where it is shown."""
        view = self.admin_view(self.view_on_site)
        return [path("r/<path:content_type_id>/<path:object_id>/", view), *super().get_urls()]

    def view_on_site(self, request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponse:
        """Redirect to the page of a row whose model has a link to it in the admin."""
        key = content_type_id if content_type_id.isascii() and content_type_id.isdigit() else None
        model = get_object_or_404(ContentType, pk=key).model_class()
        admin = self._registry.get(model) if model else None
        if not (admin and admin.view_on_site and admin.has_view_permission(request)):
            raise Http404
        return shortcut(request, content_type_id, object_id)

    @override
    def autocomplete_view(self, request: HttpRequest) -> JsonResponse:
        """Offer nothing: no form here needs it, and it would find rows by words in them."""
        raise Http404

    def _is_of_review(self, name: str) -> bool:
        of_review = [model._meta for model in self._registry if self._is_review(model)]  # noqa: SLF001  # documented
        return any(name.startswith(f"{each.app_label}_{each.model_name}_") for each in of_review)

    def _is_review(self, model: Any) -> bool:
        return isinstance(self._registry[model], ReviewersRead)


def _is_prefetch(request: HttpRequest) -> bool:
    return any("prefetch" in request.headers.get(name, "").lower() for name in ("Sec-Purpose", "Purpose", "X-Moz"))


def _is_staff(request: HttpRequest) -> bool:
    return bool(request.user.is_active and request.user.is_staff)
