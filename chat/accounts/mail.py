"""E-mail: plain text, sent by threads, so that no request waits for the mail server."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from threading import Semaphore, Thread

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connection, transaction
from django.utils import timezone

logger = logging.getLogger(__name__)

AT_ONCE = 4
"""Mails that are sent at the same time; others wait in their threads."""


def is_on() -> bool:
    """Return whether the site sends e-mail."""
    return bool(settings.EMAIL_URL)


def send(subject: str, text: str, *, to: str) -> bool:
    """Send a mail now, within EMAIL_TIMEOUT. Log a failure without the address; return whether the server took it."""
    server = get_connection()
    try:
        EmailMessage(subject, text, to=[to], connection=server).send()
    except (OSError, smtplib.SMTPException, ValueError) as error:  # ValueError: an address or a subject of two lines
        logger.warning("A mail was not sent: %s", _reason(error))
        return False
    finally:
        with suppress(OSError):  # which a server may cause that does not take its leave
            server.close()
    return True


def moment(at: datetime) -> str:
    """Return a time as mails say it, in the zone of the site: ``4 March 2026, 09:30 (UTC)``."""
    local = at.astimezone(timezone.get_default_timezone())
    return f"{local.day} {local:%B %Y, %H:%M (%Z)}"


class Background:
    """Does work in threads with connections to the database of their own."""

    def __init__(self) -> None:
        self._places = Semaphore(AT_ONCE)

    def start(self, work: Callable[[], object]) -> None:
        """Do this after the present transaction. Nobody waits for it, and it does not outlive the process."""
        transaction.on_commit(lambda: Thread(target=self._do, args=(work,), daemon=True, name="mail").start())

    def _do(self, work: Callable[[], object]) -> None:
        with self._places:
            try:
                work()
            except Exception:
                logger.exception("A mail could not be prepared")
            finally:
                connection.close()


background = Background()


def _reason(error: Exception) -> str:
    """Return why, without what a server may have quoted of the mail."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__}{f' {code}' if code else ''}"
