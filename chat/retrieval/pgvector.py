"""The vectors of passages where PostgreSQL searches them itself, with the extension pgvector.

The bytes of ``PassageVector`` stay what counts. Where the extension is there, ``index_recordings`` adds a column that
holds the same as pgvector's own type, and an index over it; where it is not, the vectors are searched in memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256

from django.db import ProgrammingError, connection, transaction

from ..models import PassageVector
from .matrix import Matrix
from .results import FOUND, Hit, execute, rows

_INDEXED_DIMENSIONS = 2000
"""More than these pgvector cannot index; the search then reads all vectors."""
_ROWS_AT_ONCE = 200
_CANDIDATES = 400
"""How many the index looks at: its recall, for some milliseconds."""

_HAS_COLUMN = (
    "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'chat_passagevector'::regclass"
    " AND attname = 'embedding' AND NOT attisdropped)"
)
_HAS_EXTENSION = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector')"
_EXTENSION_TO_BE_HAD = "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector')"

# By the index, whose expression and condition these must be to the letter.
_NEAREST = """
    SELECT passage_id, -(embedding::vector({dimensions}) <#> %s::vector({dimensions})) AS cosine
    FROM chat_passagevector WHERE model = {model} AND dimensions = {dimensions} AND embedding IS NOT NULL
    ORDER BY embedding::vector({dimensions}) <#> %s::vector({dimensions}) LIMIT %s"""

# Not by the index: it would look for the nearest of all, and few of them or none might be in scope.
_NEAREST_IN_SCOPE = """
    SELECT passage_id, -(embedding <#> %s::vector) AS cosine
    FROM chat_passagevector JOIN chat_indexedpassage passage ON passage.id = passage_id
    WHERE model = %s AND dimensions = %s AND embedding IS NOT NULL AND recording_id = ANY(%s)
    ORDER BY embedding <#> %s::vector LIMIT %s"""


class PgVector:
    """Fulfils ``hybrid.Nearest`` by pgvector where it is set up, and in memory where it is not."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._matrix = Matrix(model)

    def nearest(self, vector: bytes, scope: Sequence[int] | None, limit: int) -> list[Hit]:
        """As ``hybrid.Nearest`` says."""
        if not is_set_up():
            return self._matrix.nearest(vector, scope, limit)
        asked, dimensions = literal(vector), len(vector) // 4
        if scope is not None:
            parameters = [asked, self._model, dimensions, list(scope), asked, limit]
            return _hits(rows(_NEAREST_IN_SCOPE, parameters))
        statement = _NEAREST.format(dimensions=dimensions, model=_quoted(self._model).replace("%", "%%"))
        with transaction.atomic():
            execute(f"SET LOCAL hnsw.ef_search = {_CANDIDATES}")
            return _hits(rows(statement, [asked, asked, limit]))


def is_set_up() -> bool:
    """Whether the column is there."""
    return bool(rows(_HAS_COLUMN, [])[0][0])


def set_up() -> bool:
    """Make the column, if the server has the extension and lets us; returns whether it is there."""
    if is_set_up():
        return True
    if not rows(_EXTENSION_TO_BE_HAD, [])[0][0]:
        return False
    try:
        with transaction.atomic():
            if not rows(_HAS_EXTENSION, [])[0][0]:
                execute("CREATE EXTENSION vector")
            execute("ALTER TABLE chat_passagevector ADD COLUMN IF NOT EXISTS embedding vector")
    except ProgrammingError:  # not allowed to: whoever administers the server may run CREATE EXTENSION vector
        return False
    return True


def fill() -> None:
    """Give pgvector the vectors that it does not have yet; may be ended at any moment and called again."""
    after = 0
    without = PassageVector.objects.extra(where=["embedding IS NULL"]).order_by("pk").values_list("pk", "vector")
    while found := list(without.filter(pk__gt=after)[:_ROWS_AT_ONCE]):
        after = found[-1][0]
        pks, vectors = [pk for pk, _ in found], [literal(bytes(vector)) for _, vector in found]
        execute(
            "UPDATE chat_passagevector SET embedding = given.vector::vector"
            " FROM unnest(%s::bigint[], %s::text[]) AS given(id, vector) WHERE chat_passagevector.id = given.id",
            [pks, vectors],
        )


def index_vectors(model: str) -> None:
    """Make the index over the vectors of a model, and drop those of other models."""
    newest = PassageVector.objects.filter(model=model).order_by("-pk").first()
    name = f"passage_nearest_{sha256(model.encode()).hexdigest()[:12]}_{newest.dimensions if newest else 0}"
    for (other,) in rows("SELECT indexname FROM pg_indexes WHERE indexname LIKE 'passage\\_nearest\\_%%'", []):
        if other != name:
            execute(f"DROP INDEX {connection.ops.quote_name(other)}")
    if newest and newest.dimensions <= _INDEXED_DIMENSIONS:
        _make_index(
            f"CREATE INDEX IF NOT EXISTS {name} ON chat_passagevector"
            f" USING hnsw ((embedding::vector({newest.dimensions})) vector_ip_ops)"
            f" WHERE model = {_quoted(model)} AND dimensions = {newest.dimensions}"
        )


def _make_index(statement: str) -> None:
    """Without one, of a pgvector before 0.5 that has no HNSW, the search finds the same and takes longer."""
    with suppress(ProgrammingError), transaction.atomic():
        execute(statement)


def literal(vector: bytes) -> str:
    """A vector as pgvector reads it."""
    return f"[{','.join(map(repr, array('f', vector)))}]"


def _hits(found: Sequence[tuple[int, float]]) -> list[Hit]:
    """In an order that is always the same, of equals too."""
    return [Hit(passage, cosine, FOUND) for passage, cosine in sorted(found, key=lambda hit: (-hit[1], hit[0]))]


def _quoted(text: str) -> str:
    """As a literal: an index is chosen by what stands in the statement, and not by its parameters."""
    return "'" + text.replace("'", "''") + "'"
