"""The admin; Django looks for it here."""

from .review import admin  # noqa: F401  # registers itself
