"""The page on which users ask for their data and fetch it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from ..accounts.login_sessions import SignedInRequest
from ..database import in_database
from ..models.data_export import KEPT, DataExport, DataExportPart
from .exporting import ask_for_export, make_in_background


@require_http_methods(["GET", "HEAD", "POST"])
def own_data(request: SignedInRequest) -> HttpResponse:
    """Show how far the export is, or lead to its file. A POST asks for a new one."""
    if request.method == "POST":
        ask_for_export(request.user, timezone.get_current_timezone_name())
        return redirect("account-data")
    return render(request, "people/own_data.html", {"export": _current(request.user.pk), "kept": KEPT})


@require_safe
def progress(request: SignedInRequest) -> HttpResponse:
    """Return the part of that page that changes."""
    return render(request, "people/_export.html", {"export": _current(request.user.pk)})


@require_safe
def fetch_own_data(request: SignedInRequest, uuid: UUID) -> HttpResponseBase:
    """Send the file, unless its user hears something in it no more."""
    export = DataExport.objects.of(request.user.pk).filter(uuid=uuid).exclude(finished_at=None).first()
    if export is None:
        raise Http404
    if not export.is_heard():
        return render(request, "people/own_data.html", {"export": None, "is_stale": True, "kept": KEPT}, status=409)
    response = StreamingHttpResponse(_content(export), content_type="application/zip")
    response["Content-Length"] = str(export.size)
    name = f"my-data-{timezone.localtime(export.asked_at):%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _current(user_id: int) -> DataExport | None:
    """Return the latest export of a user; one whose process has died is begun again."""
    export = DataExport.objects.of(user_id).first()
    if export and export.is_running and (export.lease_expires_at or timezone.now()) < timezone.now():
        make_in_background(export)
    return export


async def _content(export: DataExport) -> AsyncIterator[bytes]:
    number = 1
    while part := await in_database(_part, export, number):
        yield part
        number += 1


def _part(export: DataExport, number: int) -> bytes:
    content = DataExportPart.objects.filter(export=export.pk, number=number).values_list("content", flat=True).first()
    return bytes(content) if content else b""
