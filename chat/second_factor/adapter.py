"""What ``allauth.mfa`` asks of this site (``MFA_ADAPTER``)."""

from __future__ import annotations

import logging
from base64 import urlsafe_b64encode

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from django.utils.crypto import salted_hmac
from typing_extensions import override

logger = logging.getLogger(__name__)

SALT = "chat.second_factor"


class Unreadable(Exception):
    """A secret was stored under another ``SECRET_KEY``. No code may count for it."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # the package has no types
    """Stores the secrets of apps and of recovery codes encrypted: a copy of the database alone opens no account."""

    @override
    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    @override
    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret. Raise ``Unreadable`` if ``SECRET_KEY`` was another one when it was stored."""
        try:
            return _fernet().decrypt(encrypted_text).decode()
        except InvalidToken:
            logger.warning("A second factor cannot be read: SECRET_KEY has changed since it was set up")
            raise Unreadable from None


def _fernet() -> Fernet:
    return Fernet(urlsafe_b64encode(salted_hmac(SALT, "", algorithm="sha256").digest()))
