"""Whether somebody hears a recording of this content already. Of what they do not hear nobody learns that it exists."""

from __future__ import annotations

from collections.abc import Collection as Many

from django.db.models import Q

from ..models import Recording, Upload
from .wire import Duplicate


def duplicate_of(user_id: int, sha256: str) -> Duplicate | None:
    """Return the recording of this content among those that the user hears."""
    same = Upload.objects.filter(sha256=sha256)
    made = Q(pk__in=same.exclude(recording=None).values("recording"))
    being_made = Q(pk__in=same.exclude(job__recording=None).values("job__recording"))
    found = Recording.objects.heard_by(user_id).filter(Q(digest=sha256) | made | being_made).first()
    return Duplicate(title=found.title, url=found.get_absolute_url()) if found else None


def all_are_known(user_id: int, digests: Many[str]) -> bool:
    """Return whether the user hears a recording of each of these transcripts."""
    known = Recording.objects.heard_by(user_id).filter(digest__in=digests).order_by().values("digest").distinct()
    return known.count() == len(set(digests))
