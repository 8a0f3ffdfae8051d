from pathlib import Path

import pytest

from ingestion.csv_files import read_csv
from ingestion.records import Records, count_csv
from ingestion.rows import TextRows
from sales_metrics.errors import SalesMetricsError


@pytest.fixture
def read(tmp_path: Path):
    def _read(content: bytes) -> TextRows:
        path = tmp_path / "Lead.csv"
        path.write_bytes(content)
        return read_csv(path, "Lead.csv", count_csv(path, "Lead.csv"))

    return _read


def cells(rows: TextRows) -> list[list[str | None]]:
    return [column.to_pylist() for column in rows.columns]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_mark(read, line_end: bytes, mark: bytes) -> None:
    rows = read(mark + line_end.join([b"Id,Name", b"1,a", b"2,b", b""]))
    assert rows.header == ["Id", "Name"]
    assert cells(rows) == [["1", "2"], ["a", "b"]]


def test_quotes_and_line_breaks_in_cells(read) -> None:
    rows = read(b'Id,Name\r\n1,"say ""hi"", twice"\r\n2,"a\r\n\r\nb"\r\n3,x"y\r\n')
    assert cells(rows)[1] == ['say "hi", twice', "a\r\n\r\nb", 'x"y']


def test_an_empty_cell_is_null_quoted_or_not(read) -> None:
    assert cells(read(b'Id,Name\n1,\n2,""\n3," "\n'))[1] == [None, None, " "]


def test_text_stays_text(read) -> None:
    rows = read(b"Id,Name\n00123,N/A\n1e5,null\n007,NULL\n,nan\n")
    assert cells(rows) == [["00123", "1e5", "007", None], ["N/A", "null", "NULL", "nan"]]


def test_a_header_without_records(read) -> None:
    for content in (b"Id,Name", b"Id,Name\n", b"\xef\xbb\xbfId,Name\r\n\r\n"):
        rows = read(content)
        assert (rows.records, cells(rows)) == (0, [[], []])


@pytest.mark.parametrize("size", [3_000_000, 20_000_000])
def test_a_huge_cell(read, size: int) -> None:
    rows = read(b"Id,Name\n1,a\n2," + b"x" * size + b"\n3,c\n")
    assert [len(cell) for cell in cells(rows)[1]] == [1, size, 1]


def test_nul_bytes_are_left_out(read) -> None:
    assert cells(read(b"I\0d,Name\n1,a\0b\n2,\0\n")) == [["1", "2"], ["ab", None]]


def test_cyrillic_headers_and_values(read) -> None:
    rows = read("Id,Имя\n1,Иван\n2,Ёлка\n".encode())
    assert rows.header == ["Id", "Имя"]
    assert cells(rows)[1] == ["Иван", "Ёлка"]


def test_ragged_records_are_refused_and_the_numbers_of_the_others_are_right(read) -> None:
    rows = read(b"Id,Name\n1,a\n2\n\n3,b\n4,c,d\n5,e\n")
    assert rows.numbers.tolist() == [1, 3, 5]
    assert rows.records == 5
    assert [(r.record, r.column, r.value, r.reason) for r in rows.rejected] == [
        (2, "", "2", "has 1 cells, the header 2"),
        (4, "", "4,c,d", "has 3 cells, the header 2"),
    ]


@pytest.mark.parametrize("line", [b"1\n", b'""\n', b"  \n"])
def test_one_column_and_blank_lines(read, line: bytes) -> None:
    assert read(b"Id\n\n" + line + b"\n\n2\n").records == 2


def test_readers_that_disagree_stop(tmp_path: Path) -> None:
    path = tmp_path / "Lead.csv"
    path.write_text("Id,Name\n1,a\n2,b\n")
    wrong = Records(("Id", "Name"), 3, (), 0, is_empty=False)
    with pytest.raises(SalesMetricsError, match=r"Lead.csv .*found 2 whole .* the other 3 and 0"):
        read_csv(path, "salesforce/Lead.csv", wrong)
