from pathlib import Path

import pytest

from ingestion.files import check_folder, unknown_files
from ingestion.quarantine import write_quarantine
from ingestion.rows import Rejected
from sales_metrics.errors import SalesMetricsError


def test_a_whole_folder_passes(folder: Path) -> None:
    check_folder(folder)


@pytest.mark.parametrize("name", ["User.csv", "Opportunity.csv"])
def test_the_two_files_that_must_be_there_are_named(folder: Path, name: str) -> None:
    path = folder / "salesforce" / name
    path.unlink()
    with pytest.raises(SalesMetricsError, match=f"{path} is missing"):
        check_folder(folder)
    path.mkdir()
    with pytest.raises(SalesMetricsError, match=f"{path} cannot be read: Is a directory"):
        check_folder(folder)


def test_a_folder_that_is_none_is_named(folder: Path) -> None:
    with pytest.raises(SalesMetricsError, match=f"{folder}/no cannot be read: No such file"):
        check_folder(folder / "no")
    file = folder / "salesforce" / "User.csv"
    with pytest.raises(SalesMetricsError, match=f"{file} cannot be read: Not a directory"):
        check_folder(file)


def test_files_that_nobody_reads_are_named(folder: Path) -> None:
    (folder / "salesforce" / "Foo.csv").touch()
    (folder / "salesforce" / ".hidden").touch()
    assert unknown_files(folder, "salesforce") == [
        "salesforce/Foo.csv is not read: no table of this name is known"
    ]
    assert unknown_files(folder, "mailchimp") == []


def test_the_quarantine_is_of_this_run(tmp_path: Path) -> None:
    path = tmp_path / "quarantine" / "salesforce_lead.csv"
    cells = [Rejected(2, "Amount", 'a "b",\nc', "is no number"), Rejected(3, "", "x" * 2000, "why")]
    write_quarantine(path.parent, "salesforce", "lead", cells)
    assert path.read_text(encoding="utf-8") == (
        f'record,column,value,reason\n2,Amount,"a ""b"",\nc",is no number\n3,,{"x" * 1000},why\n'
    )
    write_quarantine(path.parent, "salesforce", "lead", [])
    assert not path.exists()
