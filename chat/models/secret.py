"""Secrets that whoever has them may use: the database has only their digests."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """Return a secret of 256 random bits, which fits into a link."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """Return the SHA-256 of a secret in hex, which is all that is stored of it."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
