"""The seeds of a run: defaults, replaced ones, and what is refused."""

import csv
from pathlib import Path

import pytest

from sales_metrics.errors import SalesMetricsError
from sales_metrics.seeds import DEFAULT_SEEDS, declared_seeds, merge_seeds


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_default_seed_is_declared_with_its_columns_and_is_copied_as_it_is(
    tmp_path: Path,
) -> None:
    assert merge_seeds(None, tmp_path) == []
    assert {path.stem for path in DEFAULT_SEEDS.glob("*.csv")} == set(declared_seeds())
    for path in DEFAULT_SEEDS.glob("*.csv"):
        assert _rows(tmp_path / path.name) == _rows(path)


def test_a_seed_of_the_organisation_replaces_the_whole_default_one(tmp_path: Path) -> None:
    own, build = tmp_path / "own", tmp_path / "build"
    own.mkdir()
    (own / "lead_statuses.csv").write_bytes(
        "\ufeffclass,status\r\nopen, Neu \r\nlost,Verloren\r\n".encode()
    )
    assert merge_seeds(own, build) == []
    assert _rows(build / "lead_statuses.csv") == [
        {"status": "Neu", "class": "open"},
        {"status": "Verloren", "class": "lost"},
    ]
    assert _rows(build / "placeholders.csv") == _rows(DEFAULT_SEEDS / "placeholders.csv")


def test_a_column_that_is_left_out_is_empty_and_a_warning(tmp_path: Path) -> None:
    own, build = tmp_path / "own", tmp_path / "build"
    own.mkdir()
    (own / "service_users.csv").write_text("user_id\n005000000000001AAA\n")
    (warning,) = merge_seeds(own, build)
    assert "service_users.csv" in warning
    assert "why" in warning
    assert _rows(build / "service_users.csv") == [{"user_id": "005000000000001AAA", "why": ""}]


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("lead_status.csv", "status,class\n", ["lead_status.csv", "lead_statuses.csv"]),
        ("notes.txt", "hello", ["notes.txt"]),
        ("holidays.csv", "date,name,country\n", ["holidays.csv", "'country'", "date, name"]),
        ("holidays.csv", "date,date\n", ["'date'", "repeated"]),
        ("holidays.csv", "date,name\n2026-02-30,x\n", ["record 2", "'2026-02-30'", "a date"]),
        ("holidays.csv", "date,name\n2026-02-03\n", ["record 2", "1 cells"]),
        ("business_hours.csv", "weekday,opens,closes\nMon,09:00,18:00\n", ["'Mon'", "whole"]),
        ("lead_sources.csv", "source,channel,is_inbound\nWeb,organic,yes\n", ["'yes'", "true"]),
        ("funnel_targets.csv", "link,target_rate\nopportunities_won,nan\n", ["'nan'", "number"]),
        ("lead_statuses.csv", "status,class\nNew,open\nNew ,lost\n", ["record 3", "'New'"]),
        ("lead_statuses.csv", "status,class\n,open\n", ["record 2", "blank"]),
        ("lead_statuses.csv", 'status,class\n"New,open\n', ["lead_statuses.csv", "CSV"]),
    ],
)
def test_what_no_default_seed_has_stops(
    tmp_path: Path, file: str, text: str, said: list[str]
) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / file).write_text(text)
    with pytest.raises(SalesMetricsError) as caught:
        merge_seeds(own, tmp_path / "build")
    for words in said:
        assert words in str(caught.value)
