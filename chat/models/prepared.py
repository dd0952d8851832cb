"""Queries that Django compiles once.

Compiling a query of the ORM takes longer than SQLite takes to carry it out, and an answer needs a dozen of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Expression, Field, IntegerField, Lookup, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable, get_related_populators
from django.db.models.sql.compiler import SQLCompiler
from django.db.transaction import TransactionManagementError
from typing_extensions import override

from .prepared_cursor import prepared_cursor

Row = TypeVar("Row")
_PLACE = re.compile("%[s%]")
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
        if isinstance(self.each, IntegerField):
            values = [int(one) for one in value]
        else:
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
    """A query for one kind of database, and how to make its results of the rows that it selects."""

    sql: str
    parameters: tuple[Any, ...]
    converters: list[tuple[int, Any, Any]]
    results: Callable[[list[Sequence[Any]]], list[Row]]

    def convert(self, row: Sequence[Any], connection: Any) -> Sequence[Any]:
        """Return a row with the values of fields, as the ORM converts them."""
        values = list(row)
        for place, converters, expression in self.converters:
            for converter in converters:
                values[place] = converter(values[place], expression, connection)
        return tuple(values)


class Prepared(Generic[Row]):
    """A query with named parameters: ``Prepared(lambda user: Turn.objects.filter(user=user), user=IntegerField())``.

    It is compiled at its first use, or by ``compile_all``, once for each kind of database, and carried out on the
    connection of the thread. It returns models or a ``values_list``. It cannot have ``prefetch_related``, and a
    parameter cannot be None.
    """

    _all: ClassVar[list[Prepared[Any]]] = []

    def __init__(self, build: Build[Row], **fields: Field[Any, Any]) -> None:
        self._build = build
        self._fields = fields
        self._compiled: dict[str, _Compiled[Row]] = {}
        self._all.append(self)

    @classmethod
    def compile_all(cls) -> None:
        """Compile every query of the modules that are loaded: the first question would wait for a dozen of them."""
        for query in list(cls._all):
            query.compile()

    def compile(self) -> None:
        """Compile the query for the database in use, unless it is compiled already."""
        if connection.vendor not in self._compiled:
            with suppress(TransactionManagementError):  # PostgreSQL: what locks rows is compiled in its transaction
                self._compile()

    def fetch(self, **values: object) -> list[Row]:
        """Carry the query out with these parameters, and return its rows."""
        own = connections[DEFAULT_DB_ALIAS]  # which ``connection`` would look up again for each of its uses
        compiled = self._compiled.get(own.vendor) or self._compile()
        known = {name: field.get_db_prep_value(values[name], own) for name, field in self._fields.items()}
        bound = [known[each.name] if isinstance(each, Parameter) else each for each in compiled.parameters]
        with prepared_cursor() as cursor:
            cursor.execute(compiled.sql, bound)
            rows = cursor.fetchall()
        return compiled.results([compiled.convert(row, own) for row in rows] if compiled.converters else rows)

    def first(self, **values: object) -> Row | None:
        """Return the first row, if there is one."""
        return next(iter(self.fetch(**values)), None)

    def _compile(self) -> _Compiled[Row]:
        queryset = self._build(**{name: Parameter(name, field) for name, field in self._fields.items()})
        compiler = queryset.query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        selected = [column for column, *_ in (compiler.select or ())[: compiler.col_count]]
        converters = [(place, *found) for place, found in compiler.get_converters(selected).items()]
        compiled = _Compiled(*_with_constants(sql, tuple(parameters)), converters, _results(queryset, compiler))
        self._compiled[connection.vendor] = compiled
        return compiled


def _with_constants(sql: str, parameters: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """Return a query with the values that never change in its text, so that PostgreSQL knows them when it plans it.

    Else it would not use an index that has, for instance, the turns of one state only.
    """
    if connection.vendor != "postgresql":
        return sql, parameters
    from psycopg.sql import Literal

    with connection.cursor() as cursor:
        texts = [
            "%s" if isinstance(each, Parameter) else Literal(each).as_string(cursor.connection).replace("%", "%%")
            for each in parameters
        ]
    waiting = iter(texts)
    placed = _PLACE.sub(lambda found: next(waiting) if found[0] == "%s" else found[0], sql)
    return placed, tuple(each for each in parameters if isinstance(each, Parameter))


def _results(queryset: QuerySet[Any, Row], compiler: SQLCompiler) -> Callable[[list[Sequence[Any]]], list[Row]]:
    """Return what makes the results of a query of its rows."""
    kind = queryset._iterable_class  # noqa: SLF001  # only this says whether it is a values_list
    if kind is FlatValuesListIterable:
        return lambda rows: [row[0] for row in rows]
    if kind is ValuesListIterable:
        return lambda rows: list(map(tuple, rows))  # type: ignore[arg-type]
    if kind is not ModelIterable:
        raise TypeError(f"A prepared query returns models or a values_list, not {kind.__name__}")
    return partial(_models, _Columns(compiler))


class _Stored(ModelState):
    """The state of a model that was read from the default database."""

    adding = False
    db = DEFAULT_DB_ALIAS


class _Columns:
    """Which columns of a row are the fields of a model, of its relations, and annotations."""

    def __init__(self, compiler: SQLCompiler) -> None:
        klass, select = cast("dict[str, Any]", compiler.klass_info), compiler.select or []
        first, end = klass["select_fields"][0], klass["select_fields"][-1] + 1
        self.model = klass["model"]
        self.fields = slice(first, end)
        self.names = [cast(Any, column).target.attname for column, *_ in select[self.fields]]
        self.relations = get_related_populators(klass, select, connection.alias)  # type: ignore[call-arg]  # Django 6
        self.annotations = list((compiler.annotation_col_map or {}).items())

    def model_of(self, row: Sequence[Any]) -> Any:
        """Return the model in a row: what ``from_db`` makes by calling a function for each field."""
        model = self.model.__new__(self.model)
        values = model.__dict__
        values.update(zip(self.names, row[self.fields], strict=True))
        values["_state"] = _Stored()
        for name, place in self.annotations:
            values[name] = row[place]
        for relation in self.relations:
            relation.populate(row, model)
        return model


def _models(columns: _Columns, rows: list[Sequence[Any]]) -> list[Any]:
    """Return the models in rows, as ``ModelIterable`` does."""
    return list(map(columns.model_of, rows))
