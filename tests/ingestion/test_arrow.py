from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from ingestion.kinds import TYPES
from ingestion.tables import Table
from tests.ingestion.conftest import table_named

LEAD = "00Q00000000000{}EAA"


def lead(number: int) -> str:
    return f"00Q{number:012d}EAA"


def schema_of(table: Table) -> dict[str, pa.DataType]:
    return {column.raw: TYPES[column.kind] for column in table.columns}


def refused(extract) -> list[tuple[int, str, str, str]]:
    return [(r.record, r.column, r.value, r.reason) for r in extract.rejected]


def test_every_declared_column_is_there_and_typed(extract) -> None:
    rows = extract(
        "salesforce", "opportunity", "Id,Amount,IsWon,CloseDate\n1,1.0E3,TRUE,2026-01-05\n"
    )
    assert dict(zip(rows.rows.schema.names, rows.rows.schema.types, strict=True)) == schema_of(
        table_named("salesforce", "opportunity")
    )
    (row,) = rows.rows.to_pylist()
    filled = {name: value for name, value in row.items() if value is not None}
    assert filled == {
        "id": "1",
        "amount": Decimal(1000),
        "is_won": True,
        "close_date": date(2026, 1, 5),
    }


def test_missing_columns_are_named_in_one_warning(extract) -> None:
    rows = extract("salesforce", "currency_type", "IsoCode\nUSD\n")
    assert rows.warnings == [
        "salesforce/CurrencyType.csv has no column ConversionRate, IsCorporate: read as empty"
    ]


@pytest.mark.parametrize("content", ["", "\ufeff", "\r\n"])
def test_an_empty_file_is_an_empty_typed_table(extract, content: str) -> None:
    rows = extract("salesforce", "lead", content)
    assert rows.rows.num_rows == 0
    assert dict(zip(rows.rows.schema.names, rows.rows.schema.types, strict=True)) == schema_of(
        table_named("salesforce", "lead")
    )
    assert rows.file_present
    assert rows.warnings == ["salesforce/Lead.csv is empty"]


def test_a_header_alone_is_an_empty_table_without_that_warning(extract) -> None:
    rows = extract("salesforce", "currency_type", "IsoCode,ConversionRate,IsCorporate\n")
    assert (rows.rows.num_rows, rows.warnings) == (0, [])
    assert rows.rows.schema.field("conversion_rate").type == pa.decimal128(38, 9)


def test_nul_bytes_are_a_warning(extract) -> None:
    rows = extract(
        "salesforce", "currency_type", "IsoCode,ConversionRate,IsCorporate\nU\0SD,1,true\n"
    )
    assert rows.rows["iso_code"].to_pylist() == ["USD"]
    assert rows.warnings == ["salesforce/CurrencyType.csv: 1 NUL bytes are left out"]


def test_unknown_columns_are_kept_as_text(extract) -> None:
    rows = extract("salesforce", "user", "Id,Имя,Город,Zip Code\n1,Иван, Тверь ,00123\n")
    assert rows.unknown_columns == {"Имя": "x", "Город": "x_2", "Zip Code": "zip_code"}
    row = rows.rows.to_pylist()[0]
    assert (row["x"], row["x_2"], row["zip_code"]) == ("Иван", " Тверь ", "00123")
    assert (
        "salesforce/User.csv: column 'Город' is kept as 'x_2', as its name is taken"
        in rows.warnings
    )


def test_headers_are_trimmed_and_matched_in_any_case(extract) -> None:
    rows = extract("salesforce", "user", " ID ,NAME\n1,Ann\n")
    assert rows.rows.select(["id", "name"]).to_pylist() == [{"id": "1", "name": "Ann"}]


def test_text_keeps_blanks_zeros_and_na(extract) -> None:
    content = 'Id,Name,Phone,Title,Company\n1, Ann ,00123,N/A,"  "\n'
    row = extract("salesforce", "lead", content).rows.to_pylist()[0]
    assert (row["name"], row["phone"], row["title"], row["company"]) == (
        " Ann ",
        "00123",
        "N/A",
        "  ",
    )


def test_rows_that_cannot_be_typed_go_with_all_their_cells_and_the_rest_loads(extract) -> None:
    rows = extract(
        "salesforce",
        "opportunity",
        "Id,Amount,CloseDate,IsWon,CreatedDate\n"
        "1,5,2026-01-05,true,2026-01-05T10:00:00.000Z\n"
        "2,five,05.01.2026,maybe,2026-01-05T10:00:00.000+0000\n"
        "3,5\n"
        " ,5,2026-01-05,true,2026-01-05T10:00:00.000Z\n"
        '5,5,2026-01-05,"tr\nue",2026-01-05\n'
        "6,7,,,\n",
    )
    assert rows.rows["id"].to_pylist() == ["1", "6"]
    assert (rows.records, rows.quarantined) == (6, 4)
    found = refused(rows)
    assert [(number, column, value) for number, column, value, _ in found] == [
        (2, "Amount", "five"),
        (2, "CloseDate", "05.01.2026"),
        (2, "IsWon", "maybe"),
        (3, "", "3,5"),
        (4, "Id", ""),
        (5, "IsWon", "tr\nue"),
        (5, "CreatedDate", "2026-01-05"),
    ]
    assert found[-1][3] == "is a date without a time of day"
    assert found[4][3] == "is blank, but tells records apart"


def test_short_ids_become_long_in_every_id_column(extract) -> None:
    rows = extract(
        "salesforce",
        "task",
        "Id,WhoId,WhatId,OwnerId,Subject\n"
        "00T000000000001,00Q000000000001,,005000000000001AAA,00Q000000000001\n",
    )
    row = rows.rows.to_pylist()[0]
    assert row["id"] == "00T000000000001EAA"
    assert row["who_id"] == "00Q000000000001EAA"
    assert row["what_id"] is None
    assert row["owner_id"] == "005000000000001AAA"
    assert row["subject"] == "00Q000000000001"


def test_a_short_id_means_the_record_that_the_export_holds(extract, folder) -> None:
    (folder / "salesforce" / "Lead.csv").write_text("Name, Id\nx,00Q000000000001AAA\n")
    rows = extract("salesforce", "task", "Id,WhoId\nT1,00Q000000000001\nT2,00Q000000000002\n")
    assert rows.rows["who_id"].to_pylist() == ["00Q000000000001AAA", "00Q000000000002EAA"]


def test_short_and_long_ids_are_one_record(extract) -> None:
    rows = extract("salesforce", "user", "Id,Name\n005000000000001,a\n005000000000001AAA,b\n")
    assert rows.rows.select(["id", "name"]).to_pylist() == [
        {"id": "005000000000001AAA", "name": "b"}
    ]
    assert rows.older_versions == 1


def test_short_ids_in_history_values(extract) -> None:
    rows = extract(
        "salesforce",
        "lead_history",
        "Id,Field,OldValue,NewValue\n"
        "1,Owner,00G000000000001,005000000000001\n"
        "2,Owner,Some Queue Here,Max Mustermann1\n"
        "3,Phone,005000000000001,\n",
    )
    assert rows.rows["old_value"].to_pylist() == [
        "00G000000000001EAA",
        "Some Queue Here",
        "005000000000001",
    ]
    assert rows.rows["new_value"].to_pylist() == ["005000000000001AAA", "Max Mustermann1", None]


def test_ids_of_other_systems_are_only_trimmed(extract) -> None:
    rows = extract("badger", "check_ins", "check_in_id,crm_id\n c12345678901234 ,001000000000001\n")
    row = rows.rows.to_pylist()[0]
    assert (row["check_in_id"], row["crm_id"]) == ("c12345678901234", "001000000000001AAA")


def test_versions_and_repeats_are_counted(extract) -> None:
    rows = extract(
        "salesforce",
        "lead",
        "Id,Name,SystemModstamp,LastModifiedDate\n"
        f"{lead(1)},new,2026-01-06T10:00:00.000Z,\n"
        f"{lead(1)},old,2026-01-06T11:00:00.000+0300,\n"
        f"{lead(2)},same,2026-01-06T10:00:00.000Z,\n"
        f"{lead(2)},same,2026-01-06T10:00:00.000+0000,\n"
        f"{lead(3)},old,,2026-01-05T10:00:00.000Z\n"
        f"{lead(3)},new,,2026-01-06T10:00:00.000Z\n"
        f"{lead(4)},first,,\n"
        f"{lead(4)},second,,\n",
    )
    assert rows.rows.select(["id", "name"]).to_pylist() == [
        {"id": lead(1), "name": "new"},
        {"id": lead(2), "name": "same"},
        {"id": lead(3), "name": "new"},
        {"id": lead(4), "name": "second"},
    ]
    assert (rows.records, rows.exact_repeats, rows.older_versions) == (8, 1, 3)


def test_a_modification_time_that_no_table_declares_still_decides(extract) -> None:
    rows = extract(
        "salesforce",
        "task",
        "Id,Subject,SystemModstamp\n"
        "1,new,2026-01-06T10:00:00.000Z\n"
        "1,old,2026-01-05T10:00:00.000Z\n",
    )
    assert rows.rows["subject"].to_pylist() == ["new"]
    assert rows.rows["system_modstamp"].to_pylist() == ["2026-01-06T10:00:00.000Z"]


def test_a_version_that_cannot_be_typed_is_none(extract) -> None:
    rows = extract(
        "salesforce",
        "lead",
        f"Id,Name,SystemModstamp\n{lead(1)},good,2026-01-05T10:00:00Z\n{lead(1)},bad,tomorrow\n",
    )
    assert rows.rows["name"].to_pylist() == ["good"]
    assert (rows.quarantined, rows.older_versions) == (1, 0)


def test_a_referral_of_an_unknown_status_is_refused_with_the_reason(extract) -> None:
    rows = extract(
        "referrals",
        "referrals",
        "referral_id,status,created_at\n"
        "1, Converted ,2026-01-05\n"
        "2,pending review,2026-01-05T10:00:00\n"
        "3,,2026-01-05T10:00:00+03:00\n",
    )
    row = rows.rows.to_pylist()[0]
    assert rows.rows.num_rows == 1
    assert row["status"] == "converted"
    assert row["created_at"] == datetime(2026, 1, 5, tzinfo=UTC)
    statuses = "visited, lead, qualified, approved, converted, denied, expired, reversed"
    assert refused(rows) == [
        (2, "status", "pending review", f"is not one of {statuses}"),
        (3, "status", "", f"is blank, but must be one of {statuses}"),
    ]


@pytest.mark.parametrize(
    ("table", "key", "column", "good"),
    [
        ("referrers", "referrer_id", "kind", "partner"),
        ("rewards", "reward_id", "status", "void"),
        ("rewards", "reward_id", "kind", "gift_card"),
        ("rewards", "reward_id", "recipient", "referee"),
    ],
)
def test_other_lists_of_values(extract, table: str, key: str, column: str, good: str) -> None:
    status = "" if column == "status" else ",status"
    value = "" if column == "status" else ",issued"
    content = f"{key},{column}{status}\n1,{good}{value}\n2,Other{value}\n"
    rows = extract("referrals", table, content)
    assert rows.rows[column].to_pylist() == [good]
    assert [(r.record, r.column, r.value) for r in rows.rejected] == [(2, column, "Other")]


def test_first_responded_is_an_instant_or_a_date(extract) -> None:
    rows = extract(
        "salesforce",
        "campaign_member",
        "Id,FirstRespondedDate\n1,2026-01-05\n2,2026-01-05T10:00:00.000+0000\n3,soon\n4,\n",
    )
    assert rows.rows["first_responded_date"].to_pylist() == [
        "2026-01-05",
        "2026-01-05T10:00:00.000000Z",
        None,
    ]
    assert [(r.record, r.value) for r in rows.rejected] == [(3, "soon")]


def test_a_local_time_with_a_zone_is_refused(extract) -> None:
    rows = extract(
        "badger",
        "check_ins",
        "check_in_id,log_datetime\n1,2026-01-05T10:00:00\n2,2026-01-05T10:00:00Z\n",
    )
    assert rows.rows["log_datetime"].to_pylist() == [datetime(2026, 1, 5, 10)]
    assert [r.record for r in rows.rejected] == [2]


def test_many_chunks_keep_their_record_numbers(extract) -> None:
    # More than one block of the reader: the bad record stands in the last one.
    filler = "x" * 1000
    lines = [f"{number},{filler},1" for number in range(1, 20_001)]
    lines[19_990] = f"19991,{filler},many"
    lines[4] = "5"
    rows = extract("salesforce", "account", "\n".join(["Id,Name,NumberOfEmployees", *lines]))
    assert [r.record for r in rows.rejected] == [5, 19_991]
    assert rows.rows["id"].num_chunks > 1
    assert rows.rows.num_rows == 19_998
