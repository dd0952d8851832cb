"""Tables whose rows are only ever added: triggers refuse to change or delete them."""

from __future__ import annotations

from ..turns.triggers import Trigger

EVENTS = ("UPDATE", "DELETE", "TRUNCATE")


def append_only(table: str) -> list[Trigger]:
    """Return the triggers that keep the rows of a table as they are.

    They stop the site, its admin and its shell. Who owns the database can drop them: the seals of ``seal`` show it.
    """
    return [
        Trigger(
            name=f"{table}_refuses_{event.lower()}",
            table=table,
            event=event,
            condition="TRUE",
            message="the log of accesses does not change",
        )
        for event in EVENTS
    ]


TRIGGERS = [*append_only("chat_accessevent"), *append_only("chat_accessseal")]
