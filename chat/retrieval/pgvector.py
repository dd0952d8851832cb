"""The vectors of passages, searched by PostgreSQL's extension pgvector.

The bytes of ``PassageVector`` stay authoritative. Where the server has the extension, ``index_recordings`` adds a
column with the same vectors in pgvector's own type, and an index over it; elsewhere they are searched in memory.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any

from django.db import ProgrammingError, connection, transaction

from ..models import PassageVector
from .matrix import Matrix
from .reach import Reach
from .results import Hit, execute, rows

_INDEXED_DIMENSIONS = 2000
"""The most dimensions that pgvector can index; with more, a search reads all vectors."""
_ROWS_AT_ONCE = 200
_CANDIDATES = 400
"""Candidates that the index considers; more improve its recall and cost some milliseconds."""

_HAS_COLUMN = (
    "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'chat_passagevector'::regclass"
    " AND attname = 'embedding' AND NOT attisdropped)"
)
_HAS_EXTENSION = "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector')"
_EXTENSION_IS_AVAILABLE = "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'vector')"

# It is set until the statement ends, and before the index is read: the planner evaluates such a condition only once.
_SET_CANDIDATES = f"(SELECT set_config('hnsw.ef_search', '{_CANDIDATES}', true)) IS NOT NULL"

# PostgreSQL uses the index only if expression and condition are written exactly as in its definition.
_NEAREST = """
    SELECT passage_id, -(embedding::vector({dimensions}) <#> %s::vector({dimensions})) AS cosine
    FROM chat_passagevector WHERE model = {model} AND dimensions = {dimensions} AND embedding IS NOT NULL
    AND {candidates}
    ORDER BY embedding::vector({dimensions}) <#> %s::vector({dimensions}) LIMIT %s"""

# Those in reach of the nearest passages that the index returns: materialized, or it might not be used.
_NEAREST_WITHIN = """
    WITH nearest AS MATERIALIZED ({nearest})
    SELECT nearest.* FROM nearest JOIN chat_indexedpassage passage ON passage.id = passage_id
    WHERE {condition} ORDER BY cosine DESC LIMIT %s"""

# Without the index, which would return the nearest of all passages, few of them or none in reach.
_NEAREST_IN_REACH = """
    SELECT passage_id, -(embedding <#> %s::vector) AS cosine
    FROM chat_passagevector JOIN chat_indexedpassage passage ON passage.id = passage_id
    WHERE model = %s AND dimensions = %s AND embedding IS NOT NULL AND {condition}
    ORDER BY embedding <#> %s::vector LIMIT %s"""


class PgVector:
    """``hybrid.NearestNeighbours`` by pgvector where it is set up, and in memory where it is not."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._matrix = Matrix(model)

    def nearest(self, vector: bytes, reach: Reach, limit: int) -> list[Hit]:
        if not is_set_up():
            return self._matrix.nearest(vector, reach, limit)
        if reach.is_everything:
            return self._by_index(vector, "", (), limit)
        if not reach.is_small:
            hits = self._by_index(vector, reach.condition, reach.parameters, limit)
            if len(hits) == limit:
                return hits
        return self._exactly(vector, reach, limit)

    def _by_index(self, vector: bytes, condition: str, values: Sequence[Any], limit: int) -> list[Hit]:
        query_vector, dimensions = literal(vector), len(vector) // 4
        statement = _nearest(self._model, dimensions)
        parameters = [query_vector, query_vector, limit]
        if condition:
            statement = _NEAREST_WITHIN.format(nearest=statement, condition=condition)
            parameters = [query_vector, query_vector, _CANDIDATES, *values, limit]
        return _hits(rows(statement, parameters))

    def _exactly(self, vector: bytes, reach: Reach, limit: int) -> list[Hit]:
        query_vector, dimensions = literal(vector), len(vector) // 4
        parameters = [query_vector, self._model, dimensions, *reach.parameters, query_vector, limit]
        return _hits(rows(_NEAREST_IN_REACH.format(condition=reach.condition), parameters))


def _nearest(model: str, dimensions: int) -> str:
    return _NEAREST.format(dimensions=dimensions, model=_quoted(model).replace("%", "%%"), candidates=_SET_CANDIDATES)


def is_set_up() -> bool:
    """Return whether the column exists."""
    return bool(rows(_HAS_COLUMN, [])[0][0])


def set_up() -> bool:
    """Create the column, if the server has the extension and lets us use it; return whether the column exists."""
    if is_set_up():
        return True
    if not rows(_EXTENSION_IS_AVAILABLE, [])[0][0]:
        return False
    try:
        with transaction.atomic():
            if not rows(_HAS_EXTENSION, [])[0][0]:
                execute("CREATE EXTENSION vector")
            execute("ALTER TABLE chat_passagevector ADD COLUMN IF NOT EXISTS embedding vector")
    except ProgrammingError:  # permission denied; an administrator of the server can run CREATE EXTENSION vector
        return False
    return True


def fill() -> None:
    """Give pgvector the vectors that it lacks. The call may be stopped at any moment and repeated."""
    last_pk = 0
    lacking = PassageVector.objects.extra(where=["embedding IS NULL"]).order_by("pk").values_list("pk", "vector")
    while batch := list(lacking.filter(pk__gt=last_pk)[:_ROWS_AT_ONCE]):
        last_pk = batch[-1][0]
        pks, vectors = [pk for pk, _ in batch], [literal(bytes(vector)) for _, vector in batch]
        execute(
            "UPDATE chat_passagevector SET embedding = given.vector::vector"
            " FROM unnest(%s::bigint[], %s::text[]) AS given(id, vector) WHERE chat_passagevector.id = given.id",
            [pks, vectors],
        )


def index_vectors(model: str) -> None:
    """Create the index over the vectors of a model, and drop those of other models."""
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
    """Create an index if pgvector has HNSW, from 0.5 on; without it searches find the same, but take longer."""
    with suppress(ProgrammingError), transaction.atomic():
        execute(statement)


def literal(vector: bytes) -> str:
    """Return a vector in the notation of pgvector."""
    return f"[{','.join(map(repr, array('f', vector)))}]"


def _hits(cosines: Sequence[tuple[int, float]]) -> list[Hit]:
    """Return the hits in an order that is always the same, even among equal scores."""
    return [Hit(passage, cosine, 0.0) for passage, cosine in sorted(cosines, key=lambda hit: (-hit[1], hit[0]))]


def _quoted(text: str) -> str:
    """Return a literal of SQL: the planner chooses an index by the text of a statement, not by its parameters."""
    return "'" + text.replace("'", "''") + "'"
