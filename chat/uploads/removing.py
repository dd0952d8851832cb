"""What is left of files in the storage when their uploads go: given up, abandoned, or deleted with their user."""

from __future__ import annotations

from ..models import Upload, UploadBatch
from ..storage import storage
from ..storage.parts import delete_parts


def remove(upload: Upload) -> None:
    """Delete an upload and what has arrived of it. Raise a ``StorageFailed`` after which it can be tried again.

    The files go first: a piece that is being stored meanwhile is found by the sweep, because no upload names it.
    """
    place = storage()
    delete_parts(place, upload.stored_as, upload.offsets)
    place.delete(upload.stored_as)
    Upload.objects.filter(pk=upload.pk).delete()
    UploadBatch.objects.filter(pk=upload.batch_id, uploads=None).delete()
