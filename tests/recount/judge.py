"""Great Expectations' verdict on a warehouse's records, as the job has it between two dbt builds.

    python -m tests.recount.judge <data folder> <as_of> <time zone>

In a process of its own, for DuckDB lets no other one in, and dbt has the warehouse open.
"""

import sys
from datetime import datetime
from pathlib import Path

from expectations.rules import read_placeholders, read_rules
from expectations.scoring import score, write_results
from ingestion.files import tables_of
from orchestration.crm_rules import OBJECTS, PLACEHOLDERS, RULES, CrmColumns
from sales_metrics.warehouse import DataDir, connect


def columns(data: DataDir) -> dict[str, CrmColumns]:
    """The raw column of each field, by object."""
    with connect(data.warehouse, read_only=True) as connection:
        found = connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where schema_name = 'raw_salesforce' order by column_index"
        ).fetchall()
    declared = {table.name: table.columns for table in tables_of("salesforce")}
    return {
        object_: CrmColumns(
            {column.name: column.raw for column in declared[object_.lower()]},
            [column for table, column in found if table == object_.lower()],
        )
        for object_ in OBJECTS
    }


def main(folder: str, as_of: str, zone: str) -> None:
    data = DataDir(Path(folder))
    seeds = data.dbt_project / "seeds"
    known = columns(data)
    result = score(
        data.warehouse,
        read_rules(seeds / f"{RULES}.csv", known),
        read_placeholders(seeds / f"{PLACEHOLDERS}.csv"),
        columns=known,
        as_of=datetime.fromisoformat(as_of),
        org_time_zone=zone,
        results_dir=data.expectations,
    )
    write_results(data.warehouse, result.table)


if __name__ == "__main__":
    main(*sys.argv[1:])
