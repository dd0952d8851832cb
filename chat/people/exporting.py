"""Making an export: in the request if it is short, else in a thread, with its progress in the database."""

from __future__ import annotations

import logging
import threading
import zipfile
from contextlib import suppress
from tempfile import TemporaryFile
from time import monotonic
from typing import IO
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from ..database.outage import UNAVAILABLE
from ..display import zone_of
from ..models import Conversation
from ..models.data_export import DataExport
from ..upstream.failures import line
from .own_data import account, conversation_document, conversations, encoded, recordings_in
from .own_data_in_markdown import account_text, conversation_text, file_name

logger = logging.getLogger(__name__)

AT_ONCE = 20
"""Most conversations of an export that is made in the request itself."""
PART = 256 * 1024
NOTE_SECONDS = 0.25
JSON_NAME, MARKDOWN_NAME = "my-data.json", "account.md"


class Superseded(Exception):
    """Another process makes the export now, or the user asked for a new one."""


def ask_for_export(user: User, zone: str) -> DataExport:
    """Return a new export of all data of a user, which is complete already if it is short."""
    total = Conversation.objects.of(user.pk).count()
    export = DataExport.ask(user, zone, total)
    if total <= AT_ONCE:
        make(export)
    else:
        make_in_background(export)
    return DataExport.objects.get(pk=export.pk)


def make_in_background(export: DataExport) -> None:
    """Make an export in a thread, unless another thread or process does so."""
    threading.Thread(target=_make_in_thread, args=[export], name="export", daemon=True).start()


def _make_in_thread(export: DataExport) -> None:
    try:
        make(export)
    finally:
        connection.close()


def make(export: DataExport) -> None:
    """Make an export from its beginning, if no other process does so. Log a failure, and let the user ask again."""
    owner = str(uuid4())
    try:
        if export.claim(owner):
            with timezone.override(zone_of(export.zone)), TemporaryFile() as spool:
                _Writer(export, owner, spool).write()
    except Superseded:
        return
    except Exception as error:  # whatever it is, the page says that it failed
        logger.warning("The data of a user could not be exported: %s", line(error))
        with suppress(*UNAVAILABLE):
            export.fail(owner)


class _Writer:
    """Writes the file. The JSON of the conversations waits in ``spool``: an archive is written file after file."""

    def __init__(self, export: DataExport, owner: str, spool: IO[bytes]) -> None:
        self._export, self._owner, self._spool = export, owner, spool
        self._parts = _Parts(export, owner)
        self._recordings: set[str] = set()
        self._noted_at = float("-inf")

    def write(self) -> None:
        user = User.objects.get(pk=self._export.user_id)
        document = account(user)
        with zipfile.ZipFile(self._parts, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(MARKDOWN_NAME, account_text(document))
            self._write_conversations(archive)
            with archive.open(JSON_NAME, "w", force_zip64=True) as file:
                head = {"made_at": timezone.localtime(), "version": settings.VERSION, **document}
                file.write(encoded(head).rstrip().removesuffix(b"}").rstrip() + b',\n  "conversations": [')
                self._spool.seek(0)
                while piece := self._spool.read(PART):
                    file.write(piece)
                file.write(b"\n  ]\n}\n")
        size = self._parts.close_all()
        if not self._export.finish(self._owner, size, self._recordings):
            raise Superseded

    def _write_conversations(self, archive: zipfile.ZipFile) -> None:
        for number, (conversation, turns) in enumerate(conversations(self._export.user_id), 1):
            archive.writestr(file_name(number, conversation), conversation_text(conversation, turns))
            document = encoded(conversation_document(conversation, turns))
            self._spool.write((b"," if number > 1 else b"") + b"\n" + document)
            self._recordings |= recordings_in(turns)
            self._note(number)

    def _note(self, done: int) -> None:
        """Store how far it is, a few times a second: whoever stores answers has the database the rest of the time."""
        if monotonic() < self._noted_at + NOTE_SECONDS:
            return
        self._noted_at = monotonic()
        if not self._export.note(self._owner, done):
            raise Superseded


class _Parts:
    """A file that can only be written, and that stores what is written in parts of equal size."""

    def __init__(self, export: DataExport, owner: str) -> None:
        self._export, self._owner = export, owner
        self._rest = bytearray()
        self._number = self._size = 0

    def write(self, content: bytes) -> int:
        self._rest += content
        self._size += len(content)
        while len(self._rest) >= PART:
            self._store(bytes(self._rest[:PART]))
            del self._rest[:PART]
        return len(content)

    def flush(self) -> None:
        """Do nothing: a part is stored when it is full."""

    def close(self) -> None:
        """Do nothing: only ``close_all`` knows that nothing follows."""

    def close_all(self) -> int:
        """Store the rest, and return the size of all parts."""
        if self._rest:
            self._store(bytes(self._rest))
        return self._size

    def _store(self, content: bytes) -> None:
        self._number += 1
        if not self._export.add(self._owner, self._number, content):
            raise Superseded
