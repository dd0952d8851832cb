"""Queries that Django compiles once.

Compiling a query of the ORM takes longer than SQLite takes to carry it out, and an answer needs a dozen of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Expression, Field, Lookup, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from typing_extensions import override

Row = TypeVar("Row")
Build = Callable[..., "QuerySet[Any, Row]"]


class Parameter(Expression):
    """A place in a prepared query, filled each time the query is carried out."""

    def __init__(self, name: str, field: Field[Any, Any]) -> None:
        super().__init__(output_field=field)
        self.name = name

    @override
    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        return "%s", [self]


class Many(Field):  # type: ignore[type-arg]  # no generic at run time
    """The type of a parameter that is a list, however long: ``Prepared(lambda pks: ….filter(pk__among=pks), …)``."""

    def __init__(self, each: Field[Any, Any]) -> None:
        super().__init__()
        self.each = each

    @override
    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        values = [self.each.get_db_prep_value(one, connection, prepared) for one in value]
        return json.dumps(values) if connection.vendor == "sqlite" else values


@Field.register_lookup
class Among(Lookup):
    """``field__among=pks``: the value is in the list that a parameter of the type ``Many`` has."""

    lookup_name = "among"
    prepare_rhs = False

    @override
    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        value, parameters = self.process_lhs(compiler, connection)
        among = "IN (SELECT value FROM json_each(%s))" if connection.vendor == "sqlite" else "= ANY(%s)"
        return f"{value} {among}", [*parameters, self.rhs]


@dataclass(frozen=True)
class _Compiled(Generic[Row]):
    """A query for one kind of database, and what turns its rows into the values of fields."""

    queryset: QuerySet[Any, Row]
    compiler: SQLCompiler
    sql: str
    parameters: tuple[Any, ...]
    converters: dict[int, Any]


class Prepared(Generic[Row]):
    """A query with named parameters: ``Prepared(lambda user: Turn.objects.filter(user=user), user=IntegerField())``.

    It is compiled at its first use, once for each kind of database, and carried out on the connection of the thread.
    It cannot have ``prefetch_related``, and a parameter cannot be None.
    """

    def __init__(self, build: Build[Row], **fields: Field[Any, Any]) -> None:
        self._build = build
        self._fields = fields
        self._compiled: dict[str, _Compiled[Row]] = {}

    def fetch(self, **values: object) -> list[Row]:
        """Carry the query out with these parameters, and return its rows."""
        compiled = self._compiled.get(connection.vendor) or self._compile()
        bound = tuple(self._bind(parameter, values) for parameter in compiled.parameters)
        # A compiler knows its connection, and keeps what it has compiled: the copy says what that was.
        compiler = copy(compiled.compiler)
        compiler.connection = connection
        compiler.as_sql = lambda *_, **__: (compiled.sql, bound)  # type: ignore[method-assign]
        compiler.get_converters = lambda *_: compiled.converters  # type: ignore[method-assign]
        query = copy(compiled.queryset.query)
        query.get_compiler = lambda *_, **__: compiler  # type: ignore[method-assign]
        rows: QuerySet[Any, Row] = QuerySet(model=compiled.queryset.model, query=query)
        rows._iterable_class = compiled.queryset._iterable_class  # noqa: SLF001
        return list(rows)

    def first(self, **values: object) -> Row | None:
        """Return the first row, if there is one."""
        return next(iter(self.fetch(**values)), None)

    def _bind(self, parameter: Any, values: dict[str, object]) -> Any:
        if isinstance(parameter, Parameter):
            return self._fields[parameter.name].get_db_prep_value(values[parameter.name], connection)
        return parameter

    def _compile(self) -> _Compiled[Row]:
        queryset = self._build(**{name: Parameter(name, field) for name, field in self._fields.items()})
        compiler = queryset.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        selected = [column for column, *_ in (compiler.select or ())[: compiler.col_count]]
        compiled = _Compiled(queryset, compiler, sql, tuple(parameters), compiler.get_converters(selected))
        self._compiled[connection.vendor] = compiled
        return compiled
