from pathlib import Path

import pytest

from ingestion.records import count_csv, count_json_lines
from sales_metrics.errors import SalesMetricsError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "Lead.csv"


def test_counts_records_and_not_lines(file: Path) -> None:
    file.write_bytes(b'Id, Name \r\n1,"a\r\nb"\r\n\r\n2,"x ""y"", z"\r\n')
    counted = count_csv(file, "Lead.csv")
    assert counted.header == ("Id", "Name")
    assert counted.count == 2
    assert counted.ragged == ()


def test_names_records_with_too_few_and_too_many_cells(file: Path) -> None:
    file.write_text('Id,Name\n1,a\n\n2\n3,b\n4,"c, d",e\n')
    counted = count_csv(file, "Lead.csv")
    assert counted.count == 4
    assert [(r.record, r.cells, r.text) for r in counted.ragged] == [
        (2, 1, "2"),
        (4, 3, '4,"c, d",e'),
    ]


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\r\n"])
def test_a_file_without_a_header_is_empty(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    counted = count_csv(file, "Lead.csv")
    assert counted.is_empty
    assert counted.count == 0


def test_a_header_alone_is_no_empty_file(file: Path) -> None:
    file.write_text("Id,Name")
    counted = count_csv(file, "Lead.csv")
    assert not counted.is_empty
    assert (counted.header, counted.count) == (("Id", "Name"), 0)


def test_nul_bytes_are_left_out_and_counted(file: Path) -> None:
    file.write_bytes(b"Id,Name\n1,a\0b\n\0\0\n")
    counted = count_csv(file, "Lead.csv")
    assert (counted.count, counted.nul_bytes) == (1, 3)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b'Id,Name\n1,a\n2,"b\n3,c\n', "record 2, from line 3: a quote is opened and never closed"),
        (b'Id,Name\n1,"a\n2,"b"\n', "record 1, from line 2"),
        (b'Id,"Name\n1,a\n', "the header, from line 1: a quote is opened and never closed"),
        (b"Id,Name, Id \n1,a,2\n", "the header names the column 'Id' twice"),
        (b"Id,,Name\n1,a,2\n", "column 2 of the header has no name"),
        ("Id,Name\n1,é\n".encode("latin-1"), "is not UTF-8 (line 2)"),
        ("Id,Имя\n1,Иван\n".encode("cp1251"), "is not UTF-8 (line 1)"),
        ("Id,Name\n1,a\n".encode("utf-16"), "looks like UTF-16"),
        ("Id,Name\n1,a\n".encode("utf-16-le"), "looks like UTF-16"),
        ("Id,Name\n1,a\n".encode("utf-16-be"), "looks like UTF-16"),
    ],
)
def test_refuses_a_broken_file_by_name(file: Path, content: bytes, sentence: str) -> None:
    file.write_bytes(content)
    with pytest.raises(SalesMetricsError) as refused:
        count_csv(file, "salesforce/Lead.csv")
    assert "salesforce/Lead.csv" in str(refused.value)
    assert sentence in str(refused.value)


def test_refuses_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(SalesMetricsError, match=f"{tmp_path} cannot be read: Is a directory"):
        count_csv(tmp_path, "salesforce/Lead.csv")


def test_counts_json_lines(file: Path) -> None:
    file.write_bytes(b'\xef\xbb\xbf{"id": "1"}\r\n\n  \n{"id": "a\xe2\x80\xa8b"}\nno json')
    counted = count_json_lines(file, "mailchimp/members.jsonl")
    assert (counted.count, counted.is_empty) == (3, False)


def test_json_lines_of_another_encoding_are_refused(file: Path) -> None:
    file.write_bytes(b'{"id": "1"}\n{"id": "\xe9"}\n')
    with pytest.raises(
        SalesMetricsError, match=r"mailchimp/members.jsonl .* is not UTF-8 \(line 2"
    ):
        count_json_lines(file, "mailchimp/members.jsonl")
