"""Time Great Expectations on a million leads of 200 reps, with the default rules.

In a process of its own, so that its peak memory can be read; the import, some seconds, is counted.
Nothing is asserted here; figures are read, not tested.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from ingestion.files import tables_of
from sales_metrics.seeds import seed_file
from sales_metrics.warehouse import connect

LEADS, OTHERS, REPS = 1_000_000, 20_000, 200
AS_OF = datetime(2026, 11, 20, tzinfo=UTC)
# getrusage gives kilobytes, on macOS bytes.
BYTES_PER_UNIT = 1 if sys.platform == "darwin" else 1024

# Every tenth value is blank, every eleventh a placeholder, every thirteenth not valid.
TEXT = """
    case
        when i % 10 = 0 then null when i % 11 = 0 then ' N/A ' when i % 13 = 0 then 'not @ valid'
        else {value}
    end
"""
TABLES = {
    "lead": {
        "email": TEXT.format(value="'person' || i || '@example.org'"),
        "phone": TEXT.format(value="'+49 (30) 12-' || (100000 + i % 900000)"),
        "company": TEXT.format(value="'Company ' || i"),
        "title": TEXT.format(value="'Head of ' || i"),
        "industry": TEXT.format(value="'Industry ' || i % 20"),
        "lead_source": TEXT.format(value="'Web'"),
    },
    "contact": {
        "email": TEXT.format(value="'person' || i || '@example.org'"),
        "phone": TEXT.format(value="'030 123' || i"),
        "title": TEXT.format(value="'Buyer'"),
        "account_id": "'001' || lpad(cast(i as varchar), 12, '0') || 'AAA'",
    },
    "account": {
        "industry": TEXT.format(value="'Industry ' || i % 20"),
        "website": TEXT.format(value="'https://example' || i || '.org'"),
        "phone": TEXT.format(value="'030 123' || i"),
        "number_of_employees": "cast(i as bigint)",
    },
    "opportunity": {
        "amount": "cast(i as decimal(38, 9))",
        "close_date": "date '2026-10-01' + cast(i % 100 as integer)",
        "next_step": TEXT.format(value="'Call'"),
        "account_id": "'001' || lpad(cast(i as varchar), 12, '0') || 'AAA'",
        "lead_source": TEXT.format(value="'Web'"),
        "probability": "cast(i % 120 as decimal(38, 9))",
    },
}


def write_records(warehouse: Path) -> None:
    """The raw tables and the records that count, as the job leaves them before the rules run."""
    with connect(warehouse) as connection:
        connection.execute("create schema raw_salesforce; create schema intermediate")
        connection.execute(
            "create table intermediate.int_crm_records "
            "(object varchar, record_id varchar, rep_id varchar)"
        )
        for table, fields in TABLES.items():
            rows = LEADS if table == "lead" else OTHERS
            columns = ", ".join(f"{value} as {name}" for name, value in fields.items())
            connection.execute(
                f"create table raw_salesforce.{table} as "
                f"select '{table}' || i as id, {columns} from range({rows}) as numbers (i)"
            )
            connection.execute(
                f"insert into intermediate.int_crm_records "
                f"select '{table.capitalize()}', '{table}' || i, 'rep' || (i * 7919) % {REPS} "
                f"from range({rows}) as numbers (i)"
            )


def judge(warehouse: Path) -> None:
    """Score the records and print what it took."""
    start = time.perf_counter()
    from expectations.rules import read_placeholders, read_rules
    from expectations.scoring import score

    imported = time.perf_counter()
    declared = {
        table.name.capitalize(): {column.name: column.raw for column in table.columns}
        for table in tables_of("salesforce")
    }
    columns = {name: declared[name] for name in ("Lead", "Contact", "Account", "Opportunity")}
    rules = read_rules(seed_file(None, "quality_rules"), columns)
    result = score(
        warehouse,
        rules,
        read_placeholders(seed_file(None, "placeholders")),
        columns=columns,
        as_of=AS_OF,
        org_time_zone="UTC",
        results_dir=warehouse.parent / "results",
    )
    end = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * BYTES_PER_UNIT
    evaluated = sum(total.evaluated for total in result.rules)
    print(f"\n{LEADS:,} leads, {REPS} reps, {len(rules)} rules: {evaluated:,} verdicts")
    print(f"  {'import of Great Expectations':<32}{imported - start:>8.1f} s")
    print(f"  {'judging and counting by rep':<32}{end - imported:>8.1f} s")
    print(f"  {'peak memory':<32}{peak / 2**20:>8,.0f} MB")


def main() -> None:
    """Write the records, then judge them in a fresh process."""
    if len(sys.argv) > 1:
        judge(Path(sys.argv[1]))
        return
    with tempfile.TemporaryDirectory(prefix="sales-metrics-bench-") as folder:
        warehouse = Path(folder).resolve() / "warehouse.duckdb"
        write_records(warehouse)
        subprocess.run([sys.executable, __file__, str(warehouse)], env=os.environ, check=True)


if __name__ == "__main__":
    main()
