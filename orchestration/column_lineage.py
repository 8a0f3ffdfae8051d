"""Which columns a model's columns are made of, read off its compiled SQL.

dagster-dbt's own `fetch_column_metadata` finds the same, but parses a model once per column: five
times the work. What is done with the answer is `model_metadata.py`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass

DIALECT = "duckdb"


@dataclass(frozen=True, order=True)
class ColumnOf:
    """A column of a table, as the database names them."""

    database: str
    schema: str
    table: str
    column: str


Columns = Mapping[str, str]
Tables = Mapping[tuple[str, str, str], Columns]


def column_lineage(sql: str, parents: Tables) -> dict[str, list[ColumnOf]]:
    """Column of a query -> the columns of its parents that it is made of, sorted.

    `parents` gives each table that the query reads, by (database, schema, table), with its columns
    and their types. Raises sqlglot's SqlglotError for SQL that it does not understand.
    """
    from sqlglot import MappingSchema, exp, parse_one
    from sqlglot.lineage import lineage
    from sqlglot.optimizer.qualify import qualify
    from sqlglot.optimizer.scope import build_scope

    schema = MappingSchema(dialect=DIALECT)
    for (database, name, table), columns in parents.items():
        schema.add_table(exp.table_(table, db=name, catalog=database), dict(columns))
    query = qualify(
        parse_one(sql, dialect=DIALECT),
        schema=schema,
        dialect=DIALECT,
        validate_qualify_columns=False,
    )
    scope = build_scope(query)
    found: dict[str, list[ColumnOf]] = {}
    for column in query.named_selects:
        leaves = lineage(
            column, query, scope=scope, dialect=DIALECT, trim_selects=False, copy=False
        ).walk()
        found[column] = sorted(
            {
                ColumnOf(
                    leaf.expression.catalog,
                    leaf.expression.db,
                    leaf.expression.name,
                    exp.to_column(leaf.name).name,
                )
                for leaf in leaves
                if not leaf.downstream and isinstance(leaf.expression, exp.Table)
            }
        )
    return found
