import sys
from subprocess import run

import pytest
from dlt.common.normalizers.naming.snake_case import NamingConvention

from ingestion.files import SOURCES, tables_of
from ingestion.tables import raw_name

NAMES = [column.name for s in SOURCES for table in tables_of(s) for column in table.columns]
ODD_NAMES = [
    "Lost_Reason__c",
    "HasOptedOutOfEmail",
    "Amount (USD)",
    "a-b+c*d@e|f",
    "1st",
    "_links",
    "trailing_",
    "double__mid",
    "Имя",
    "Имя Name",
    "ABCWord",
    "x2Y",
    "settings.title",
    " blanks ",
]


@pytest.mark.parametrize("name", sorted({*NAMES, *ODD_NAMES}))
def test_raw_names_are_those_of_dlt(name: str) -> None:
    assert raw_name(name) == NamingConvention().normalize_identifier(name)


@pytest.mark.parametrize("name", sorted({*NAMES, *ODD_NAMES}))
def test_raw_names_stay_when_dlt_names_them_again(name: str) -> None:
    assert NamingConvention().normalize_identifier(raw_name(name)) == raw_name(name)


@pytest.mark.parametrize("source", SOURCES)
def test_tables_are_consistent(source: str) -> None:
    tables = tables_of(source)
    names = [name for table in tables for name in table.names]
    assert len(names) == len(set(names))
    for table in tables:
        raw = [column.raw for column in table.columns]
        assert len(raw) == len(set(raw)), table.name
        assert set(table.key) <= {column.name for column in table.columns}, table.name
        assert table.file.startswith(f"{source}/")


def test_every_file_of_the_specification_is_read() -> None:
    assert {table.file for source in SOURCES for table in tables_of(source)} == {
        *(
            f"salesforce/{name}.csv"
            for name in (
                "User Lead LeadHistory Account Contact Opportunity OpportunityHistory"
                " OpportunityFieldHistory AccountHistory ContactHistory OpportunityStage"
                " OpportunityContactRole Task Event EmailMessage Campaign CampaignMember"
                " CurrencyType"
            ).split()
        ),
        *(
            f"mailchimp/{name}.jsonl"
            for name in "campaigns members sent_to email_activity reports".split()
        ),
        *(f"referrals/{name}.csv" for name in "referrers referrals rewards".split()),
        "badger/check_ins.csv",
    }


def test_tables_are_read_without_dlt_and_arrow() -> None:
    code = (
        "import sys; from ingestion.files import SOURCES, tables_of;"
        "[tables_of(s) for s in SOURCES];"
        "sys.exit(bool({'dlt', 'pyarrow', 'duckdb', 'numpy'} & set(sys.modules)))"
    )
    assert run([sys.executable, "-c", code], check=False).returncode == 0
