"""The export of one's own data to test with."""

from __future__ import annotations

import io
import zipfile

from django.test import Client

from chat.models import DataExport, DataExportPart

QUESTION, SAID = "When do the herons ship?", "Herons ship in March."
"""What the ``turn`` of these tests asks, and the words that it quotes."""


def fetched(client: Client, export: DataExport) -> zipfile.ZipFile:
    response = client.get(f"/accounts/data/{export.uuid}/")
    assert response.status_code == 200
    content = b"".join(bytes(part.content) for part in DataExportPart.objects.filter(export__uuid=export.uuid))
    assert len(content) == int(response["Content-Length"])
    return zipfile.ZipFile(io.BytesIO(content))
