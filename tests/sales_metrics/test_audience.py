"""The audience as a file: what is in it, what a spreadsheet may not execute, who is left out."""

import csv
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from sales_metrics.audience import COLUMNS, Audience, harmless, write_audience
from sales_metrics.errors import SalesMetricsError
from sales_metrics.warehouse import connect

AUDIENCE = [
    # prospect, email, segment, lost_from, lost_reason, industry, channel, amount_band, flagged by
    ("006B", "bo@b.example", "New | Price | IT | paid | <10k", "New", "Price", "IT", "paid",
     "<10k", "005A"),
    ("00QA", "+ann@a.example", "Qualified | unknown | IT | paid | unknown", "Qualified", None, "IT",
     "paid", None, "005A"),
    ("00QC", "cy@c.example", "Qualified | =1+1 | IT | paid | unknown", "Qualified", "=1+1", "IT",
     "paid", None, "005B"),
]  # fmt: skip

LEFT_OUT = ["not flagged"] * 3 + ["opted out of e-mail"] + [None] * 3


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with connect(path) as connection:
        connection.execute("create schema activation; create schema intermediate")
        connection.execute(
            "create table activation.reactivation_audience (prospect_id text, email text,"
            " segment text, lost_from text, lost_reason text, industry text, channel text,"
            " amount_band text, flagged_by_rep_id text)"
        )
        connection.executemany(
            "insert into activation.reactivation_audience values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            AUDIENCE,
        )
        connection.execute(
            "create table intermediate.int_reactivation_candidates as"
            " select unnest(?::text[]) as left_out_because",
            [LEFT_OUT],
        )
    return path


def read(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_who_are_to_be_written_to_with_their_segment(warehouse: Path, tmp_path: Path) -> None:
    out = tmp_path / "audience.csv"
    written = write_audience(warehouse, out)
    assert written == Audience(3, 3, {"not flagged": 3, "opted out of e-mail": 1})
    rows = read(out)
    assert tuple(rows[0]) == COLUMNS
    assert [(row["email"], row["segment"]) for row in rows] == [
        ("bo@b.example", "New | Price | IT | paid | <10k"),
        ("cy@c.example", "Qualified | =1+1 | IT | paid | unknown"),
        ("'+ann@a.example", "Qualified | unknown | IT | paid | unknown"),
    ]
    assert rows[0] == {
        "email": "bo@b.example",
        "segment": "New | Price | IT | paid | <10k",
        "prospect_id": "006B",
        "lost_from": "New",
        "lost_reason": "Price",
        "industry": "IT",
        "channel": "paid",
        "amount_band": "<10k",
        "flagged_by_rep_id": "005A",
    }
    # A formula inside a text executes nothing; a cell of its own would.
    assert [row["lost_reason"] for row in rows] == ["Price", "'=1+1", ""]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_a_formula_becomes_text(begin: str) -> None:
    assert harmless(f"{begin}cmd|' /C calc'!A1") == f"'{begin}cmd|' /C calc'!A1"


@pytest.mark.parametrize("cell", ["a=1", "ann+lists@a.example", "a-b", " x", ""])
def test_other_cells_stay(cell: str) -> None:
    assert harmless(cell) == cell
    assert harmless(None) == ""


def test_only_its_owner_may_read_the_file(warehouse: Path, tmp_path: Path) -> None:
    out = tmp_path / "audience.csv"
    out.write_text("old")
    out.chmod(0o644)
    write_audience(warehouse, out)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert {path.name for path in tmp_path.iterdir()} == {"audience.csv", "warehouse.duckdb"}


@pytest.mark.parametrize(
    ("segments", "prospects"),
    [
        (["New | Price | IT | paid | <10k"], ["006B"]),
        (["Qualified | *"], ["00QC", "00QA"]),
        (["*| paid |*"], ["006B", "00QC", "00QA"]),
        (["New*", "* =1+1 *"], ["006B", "00QC"]),
    ],
)
def test_segments(
    warehouse: Path, tmp_path: Path, segments: list[str], prospects: list[str]
) -> None:
    out = tmp_path / "audience.csv"
    written = write_audience(warehouse, out, segments)
    assert [row["prospect_id"] for row in read(out)] == prospects
    others = {"in another segment": 3 - len(prospects)} if len(prospects) < 3 else {}
    assert written.left_out == {"not flagged": 3, "opted out of e-mail": 1} | others


@pytest.mark.parametrize("segment", ["Qualified", "new | Price | IT | paid | <10k", "N.w*"])
def test_a_segment_that_nobody_is_in_is_named(
    warehouse: Path, tmp_path: Path, segment: str
) -> None:
    out = tmp_path / "audience.csv"
    with pytest.raises(SalesMetricsError) as problem:
        write_audience(warehouse, out, [segment])
    assert f"'{segment}'" in str(problem.value)
    assert "New | Price | IT | paid | <10k" in str(problem.value)
    assert not out.exists()


def test_without_a_run_there_is_no_audience(tmp_path: Path) -> None:
    with pytest.raises(SalesMetricsError, match=r"no warehouse at .*sales-metrics run"):
        write_audience(tmp_path / "warehouse.duckdb", tmp_path / "audience.csv")
    duckdb.connect(str(tmp_path / "warehouse.duckdb")).close()
    with pytest.raises(SalesMetricsError, match=r"holds no audience yet.*sales-metrics run"):
        write_audience(tmp_path / "warehouse.duckdb", tmp_path / "audience.csv")


def test_while_a_run_writes_it_says_so(warehouse: Path, tmp_path: Path) -> None:
    writing = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True);"
        " sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", writing, str(warehouse)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdin is not None
        assert writer.stdout.readline() == b"open\n"
        with pytest.raises(SalesMetricsError, match="a run may be writing it"):
            write_audience(warehouse, tmp_path / "audience.csv")
        writer.stdin.close()


def test_a_file_that_cannot_be_written_is_named(warehouse: Path, tmp_path: Path) -> None:
    with pytest.raises(SalesMetricsError, match=r"nowhere/audience\.csv cannot be written"):
        write_audience(warehouse, tmp_path / "nowhere" / "audience.csv")


def test_the_command_says_how_many_and_who_is_left_out(warehouse: Path, tmp_path: Path) -> None:
    others = {key: value for key, value in os.environ.items() if not key.startswith("SALES_")}
    result = subprocess.run(
        [sys.executable, "-m", "sales_metrics", "audience", "--out", "to.csv", "--segment", "N*"],
        cwd=tmp_path,
        env=others
        | {"PYTHONPATH": str(Path(__file__).parents[2]), "SALES_DATA_DIR": str(warehouse.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.splitlines() == [
        f"Prospects: 1, in segments: 1. File: {tmp_path / 'to.csv'}",
        "Left out: 6",
        "  - 3 not flagged",
        "  - 1 opted out of e-mail",
        "  - 2 in another segment",
    ]
    assert [row["prospect_id"] for row in read(tmp_path / "to.csv")] == ["006B"]
