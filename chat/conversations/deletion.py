"""What a user is told about the deletion of a conversation."""

from __future__ import annotations

from django.conf import settings


def erasure() -> str:
    """Return what happens to the text of a deleted conversation, in words for its owner."""
    return f"{_in_database()} {_elsewhere()}".strip()


def _in_database() -> str:
    if settings.PURGE_AT is None:
        return "Its text stays in the database until the operator of this site purges it."
    at = f"{settings.PURGE_AT:%H:%M} ({settings.TIME_ZONE})"
    return f"Its text is erased from the database by the next daily purge, at {at}."


def _elsewhere() -> str:
    is_traced = settings.MLFLOW_EXPERIMENT and settings.MLFLOW_TEXTS
    return "Copies that were sent to MLflow stay there." if is_traced else ""
