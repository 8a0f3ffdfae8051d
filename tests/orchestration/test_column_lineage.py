"""Column lineage, against what a person reads off the SQL."""

import pytest

from orchestration.column_lineage import ColumnOf, column_lineage

LEADS = {"id": "VARCHAR", "owner_id": "VARCHAR", "at": "TIMESTAMP"}
REPS = {"rep_id": "VARCHAR", "name": "VARCHAR"}
PARENTS = {("db", "raw", "lead"): LEADS, ("db", "marts", "reps"): REPS}


def lead(column: str) -> ColumnOf:
    return ColumnOf("db", "raw", "lead", column)


def rep(column: str) -> ColumnOf:
    return ColumnOf("db", "marts", "reps", column)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (
            'select id as lead_id, upper(owner_id) as owner from "db"."raw"."lead"',
            {"lead_id": [lead("id")], "owner": [lead("owner_id")]},
        ),
        (
            # A star is resolved by the columns of the parent.
            'with source as (select * from "db"."raw"."lead") select * from source',
            {"id": [lead("id")], "owner_id": [lead("owner_id")], "at": [lead("at")]},
        ),
        (
            # Of a join, by columns that name no table; a constant is made of nothing.
            """
            with both as (
                select id, name, 1 as one
                from "db"."raw"."lead" inner join "db"."marts"."reps" on owner_id = rep_id
            )
            select id || name as label, one, count(*) over (partition by name) as n from both
            """,
            {"label": [rep("name"), lead("id")], "one": [], "n": [rep("name")]},
        ),
        (
            """
            select id from "db"."raw"."lead" union all select rep_id from "db"."marts"."reps"
            """,
            {"id": [rep("rep_id"), lead("id")]},
        ),
        (
            # DuckDB's own: filter, ASOF join.
            """
            select max(leads.at) filter (where reps.name is not null) as newest
            from "db"."marts"."reps" as reps
            asof join "db"."raw"."lead" as leads on reps.rep_id = leads.id and reps.name >= leads.at
            """,
            {"newest": [rep("name"), lead("at")]},
        ),
    ],
)
def test_columns_are_traced_to_the_parents(sql: str, expected: dict[str, list[ColumnOf]]) -> None:
    assert column_lineage(sql, PARENTS) == expected
