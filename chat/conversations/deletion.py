"""What a user is told about the deletion of a conversation."""

from __future__ import annotations

from django.conf import settings


def erasure(whose: str = "Its") -> str:
    """Return what happens to the text of a deleted conversation (or ``Their`` text), in words for its owner."""
    return f"{_in_database(whose)} {_elsewhere()}".strip()


def _in_database(whose: str) -> str:
    if settings.PURGE_AT is None:
        return f"{whose} text stays in the database until the operator of this site purges it."
    at = f"{settings.PURGE_AT:%H:%M} ({settings.TIME_ZONE})"
    return f"{whose} text is erased from the database by the next daily purge, at {at}."


def _elsewhere() -> str:
    is_traced = settings.MLFLOW_EXPERIMENT and settings.MLFLOW_TEXTS
    return "Copies that were sent to MLflow stay there." if is_traced else ""
