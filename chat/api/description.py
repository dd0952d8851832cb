"""``GET /api/openapi.json``, and the response for unknown addresses."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from ..problems import problem

FILE = settings.BASE_DIR / "docs" / "openapi.json"


@require_safe
@login_not_required
def openapi(request: HttpRequest) -> HttpResponse:
    """Return the description of the API, without a sign-in: it contains no data of this site."""
    return HttpResponse(FILE.read_bytes(), content_type="application/json")


@csrf_exempt
@login_not_required
def nothing(request: HttpRequest) -> HttpResponse:
    """Return 404 in the API's format."""
    return problem(404, "NOT_FOUND", "There is nothing at this address.")
