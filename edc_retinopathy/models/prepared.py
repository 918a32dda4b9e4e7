"""Queries that are built once: Django takes milliseconds to build what a database runs in tenths.

A query is written with the ORM as ever, with a :class:`Parameter` wherever a value is known only
when it runs; its SQL is kept, and filled in for each run.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connections
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.sql.subqueries import UpdateQuery


class Parameter(Expression):
    """The place of a value, in an ORM lookup: ``filter(pk=Parameter("pk", UUIDField()))``."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        """As ``Value`` does, with itself among the parameters, to be filled in later."""
        return "%s", (self,)


class PreparedQuery[M: Model]:
    """The SQL of a queryset that has parameters, for one kind of database.

    Keep it where it is made once (``functools.cache``); it may be run by several threads.
    """

    def __init__(self, queryset: QuerySet[M]) -> None:
        self._model = queryset.model
        self._using = queryset.db
        # Not documented; what is, ``str(query)``, fills the parameters in. What is saved by it
        # shows in the benchmarks, under "Questions".
        compiler = queryset.query.get_compiler(self._using)
        self._sql, self._parameters = compiler.as_sql()
        columns = [column for column, _, _ in (compiler.select or ())[: compiler.col_count]]
        # By their places; most values are as the database gives them.
        self._converted = [(i, columns[i]) for i in compiler.get_converters(columns)]

    def first(self, **values: Any) -> M | None:
        """The first row, None if there is none. Each parameter is given by its name.

        What was annotated comes as the database gives it: a boolean may be 0 or 1.
        """
        parameters = self._filled_in(values)
        manager = self._model._base_manager  # noqa: SLF001 - documented
        rows = manager.using(self._using).raw(self._sql, parameters)
        return next(iter(rows), None)

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """All rows of a query for columns (``values_list``), as Django would give them."""
        connection = connections[self._using]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, self._filled_in(values))
            rows = cursor.fetchall()
        return [self._as_python(row, connection) for row in rows]

    def _as_python(self, row: Sequence[Any], connection: Any) -> tuple[Any, ...]:
        # Each thread's connection has converters of its own.
        values = list(row)
        for i, column in self._converted:
            for convert in (
                *connection.ops.get_db_converters(column),
                *column.get_db_converters(connection),
            ):
                values[i] = convert(values[i], column, connection)
        return tuple(values)

    def _filled_in(self, values: dict[str, Any]) -> list[Any]:
        return _filled_in(self._parameters, values, self._using)


class PreparedUpdate:
    """The SQL of ``queryset.update(**values)``, with parameters among the conditions and values."""

    def __init__(self, queryset: QuerySet[Any], values: dict[str, Any]) -> None:
        self._using = queryset.db
        # Not documented, and what ``update`` itself does.
        query: Any = queryset.query.chain(UpdateQuery)
        query.add_update_values(values)
        self._sql, self._parameters = query.get_compiler(self._using).as_sql()

    def run(self, **values: Any) -> None:
        """Change the rows; no signal is sent."""
        with connections[self._using].cursor() as cursor:
            cursor.execute(self._sql, _filled_in(self._parameters, values, self._using))


def _filled_in(parameters: Iterable[Any], values: dict[str, Any], using: str) -> list[Any]:
    connection = connections[using]
    return [
        p.output_field.get_db_prep_value(values[p.name], connection)
        if isinstance(p, Parameter)
        else p
        for p in parameters
    ]


class PreparedInsert[M: Model]:
    """Inserts rows of a model that nothing listens to, and whose keys are given."""

    def __init__(self, model: type[M], using: str) -> None:
        self._using = using
        self._fields = model._meta.concrete_fields  # noqa: SLF001 - documented
        quote = connections[using].ops.quote_name
        columns = ", ".join(quote(str(field.column)) for field in self._fields)
        places = ", ".join(["%s"] * len(self._fields))
        table = quote(model._meta.db_table)  # noqa: SLF001 - documented
        # Of names that the model has, and of places.
        self._sql = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608

    def insert(self, row: M) -> None:
        """Write one row; no signal is sent."""
        connection = connections[self._using]
        values = [
            field.get_db_prep_save(getattr(row, field.attname), connection)
            for field in self._fields
        ]
        with connection.cursor() as cursor:
            cursor.execute(self._sql, values)
