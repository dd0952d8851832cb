"""What is left of a recording that was deleted: who heard it, and so goes on seeing what answers have quoted of it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from .collection import Collection


class DeletedRecording(models.Model):
    """The collection in which a recording was when it was deleted; None if that is gone as well, and nobody hears it.

    A trigger stores it, whoever deletes the recording. So nobody who was removed from the collection gets it back.
    """

    uuid = models.UUIDField(primary_key=True)
    collection = models.ForeignKey(Collection, null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return str(self.uuid)


@dataclass(frozen=True)
class StoredWhenDeleted:
    """The trigger that stores the collection of a recording that is deleted."""

    name = "recording_is_deleted"
    table = "chat_recording"
    event = "DELETE"

    _STORE = """
        INSERT INTO chat_deletedrecording (uuid, collection_id) VALUES (OLD.uuid, OLD.collection_id)
        ON CONFLICT (uuid) DO UPDATE SET collection_id = excluded.collection_id;"""

    def sqlite(self) -> list[str]:
        """Return the statements that create it on SQLite."""
        return [f"CREATE TRIGGER {self.name} AFTER DELETE ON {self.table} FOR EACH ROW BEGIN{self._STORE} END"]

    def postgresql(self) -> list[str]:
        """Return the statements that create it on PostgreSQL."""
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN{self._STORE}"
            " RETURN OLD; END $$",
            f"CREATE OR REPLACE TRIGGER {self.name} AFTER DELETE ON {self.table}"
            f" FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]


TRIGGERS = [StoredWhenDeleted()]
