"""The words in the titles of conversations, by which titles are found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection, models
from django.db.models.expressions import RawSQL

from ..terms import root, words
from .turns.rows import execute

_INSERT = "INSERT INTO chat_titleword (conversation_id, word) SELECT conversation_id, word FROM {new}"
_COLUMNS = {"conversation_id": "bigint", "word": "text"}
# By the bytes of the words, as the index of migration 0021 has them.
_WORD = {"sqlite": "word", "postgresql": 'word COLLATE "C"'}
_NAMING = "SELECT conversation_id FROM chat_titleword WHERE {word} >= %s AND {word} < %s OR {word} = %s"
_LAST = "\U0010ffff"


class TitleWord(models.Model):
    """A word of a conversation's title, or the root of one."""

    conversation = models.ForeignKey("chat.Conversation", on_delete=models.CASCADE, related_name="title_words")
    word = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.word

    @classmethod
    def store(cls, titles: Iterable[tuple[int, str]]) -> None:
        """Store the words of these titles, each with the id of its conversation, which has none yet."""
        rows = [{"conversation_id": pk, "word": word} for pk, title in titles for word in _indexed(title)]
        if rows:
            execute(_INSERT, _COLUMNS, rows)

    @classmethod
    def naming(cls, asked: Sequence[str]) -> RawSQL:
        """Return the ids of the conversations whose titles have all these words, or words that begin with them."""
        each = _NAMING.format(word=_WORD[connection.vendor])
        parameters = [value for word in asked for value in (word, word + _LAST, root(word))]
        statement = each if len(asked) == 1 else _all(each, len(asked))
        return RawSQL(statement, parameters)  # noqa: S611  # the words are parameters


def _indexed(title: str) -> set[str]:
    title_words = words(title)
    return {*title_words, *map(root, title_words)}


def _all(each: str, count: int) -> str:
    return " INTERSECT ".join([f"SELECT * FROM ({each}) AS named"] * count)  # noqa: S608  # our own constants
