"""The mail server that ``EMAIL_URL`` names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SCHEMES = ("smtp", "smtps")
_PORTS = {"smtp": 587, "smtps": 465}
_BACKENDS = "django.core.mail.backends"


@dataclass(frozen=True)
class MailServer:
    """How mails leave: to a server, to the terminal, or not at all.

    ``tls`` is encrypted from the first byte, ``starttls`` from the first command on; a server without it gets nothing.
    """

    backend: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    starttls: bool = False
    tls: bool = False

    @classmethod
    def of(cls, url: str) -> Self:
        """Return the server of a URL: ``smtp://user:password@host:587``, ``smtps://…``, ``console``, or "" for none.

        Raise ``ImproperlyConfigured``; the message quotes nothing of the URL, which may contain a password.
        """
        if url in ("", "console"):
            return cls(f"{_BACKENDS}.{'console' if url else 'dummy'}.EmailBackend")
        parts = urlsplit(url)
        scheme = parts.scheme.lower()
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        if not parts.hostname or parts.path.strip("/") or parts.fragment:
            raise ImproperlyConfigured("EMAIL_URL cannot be read: write smtp://user:password@host:587")
        if options not in ({}, {"tls": "off"}) or (options and scheme == "smtps"):
            raise ImproperlyConfigured("EMAIL_URL has an option that is unknown; smtp:// alone has one, ?tls=off")
        return cls(
            backend=f"{_BACKENDS}.smtp.EmailBackend",
            host=parts.hostname,
            port=parts.port or _PORTS[scheme],
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            starttls=scheme == "smtp" and not options,
            tls=scheme == "smtps",
        )
