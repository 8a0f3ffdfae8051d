import pytest

from ingestion.sources.salesforce.tables import TABLES
from sales_metrics.errors import SalesMetricsError
from tests.ingestion.salesforce_api.conftest import Run, cursors
from tests.ingestion.servers.salesforce import SalesforceServer, minutes

LEAD = "00Q000000000001AAA"


def test_every_object_and_field_is_read(org: SalesforceServer, run: Run) -> None:
    outcomes = run()
    assert list(outcomes) == [table.name for table in TABLES]
    assert [outcome.hidden for outcome in outcomes.values() if outcome.hidden] == []
    for table in TABLES:
        wanted = {column.name for column in table.columns}
        if table.name == "email_message":
            wanted.remove("WhoId")
        assert any(
            set(query.removeprefix("SELECT ").split(" FROM ")[0].split(", ")) == wanted
            for query in org.queries
        ), table.name


def test_a_field_that_is_not_shown_is_named_and_not_asked_for(
    org: SalesforceServer, run: Run
) -> None:
    org.put("Lead", LEAD, Email="a@example.com")
    org.hide("Lead", "Email", "Industry")
    lead = run()["lead"]
    assert lead.hidden == ["Email", "Industry"]
    assert lead.ids == [LEAD]
    assert "Email" not in lead.rows[0]


def test_a_field_that_is_shown_again_is_read_of_all_rows(org: SalesforceServer, run: Run) -> None:
    org.put("Lead", LEAD, Email="a@example.com")
    kind = org.entities["Lead"].fields["Email"]
    org.hide("Lead", "Email")
    first = run()
    org.entities["Lead"].fields["Email"] = kind
    org.clock += minutes(60)
    lead = run(cursors(first))["lead"]
    assert (lead.mode, lead.hidden) == ("replace", [])
    assert lead.row(LEAD)["Email"] == "a@example.com"
    assert "Email was not read before" in lead.warnings[0]


def test_a_field_of_another_type_is_read_of_all_rows(org: SalesforceServer, run: Run) -> None:
    first = run()
    org.entities["Opportunity"].fields["Amount"] = "string"
    org.clock += minutes(60)
    deals = run(cursors(first))["opportunity"]
    assert deals.mode == "replace"
    assert "Amount has another type now" in deals.warnings[0]


def test_a_field_that_vanishes_between_describe_and_query(org: SalesforceServer, run: Run) -> None:
    org.put("Lead", LEAD, Email="a@example.com")

    def vanish(method: str, path: str) -> None:
        if method == "POST" and "".join(org.log[-1:]).endswith("/Lead/describe"):
            org.hide("Lead", "Email")
            org.before = lambda _method, _path: None

    org.before = vanish
    lead = run()["lead"]
    assert lead.ids == [LEAD]
    assert lead.hidden == ["Email"]
    assert "Email" not in lead.cursor["fields"]
    assert any("no longer shows Email" in warning for warning in lead.warnings)


def test_an_object_that_is_not_shown_is_empty_at_first_and_stays_later(
    org: SalesforceServer, run: Run
) -> None:
    org.put("Campaign", "701000000000001AAA", Name="Fair")
    org.missing.add("CurrencyType")
    first = run()
    assert first["currency_type"].mode == "replace"
    assert first["currency_type"].rows == []
    assert "is read as empty" in first["currency_type"].warnings[0]

    org.missing.add("Campaign")
    org.clock += minutes(60)
    second = run(cursors(first))
    assert (second["campaign"].mode, second["campaign"].rows) == ("merge", [])
    assert second["campaign"].cursor == first["campaign"].cursor
    assert second["currency_type"].cursor is None
    assert "stays as it was loaded last" in second["campaign"].warnings[0]


@pytest.mark.parametrize("name", ["User", "Opportunity"])
def test_without_users_or_deals_nothing_is_read(org: SalesforceServer, run: Run, name: str) -> None:
    org.missing.add(name)
    with pytest.raises(SalesMetricsError, match=f"does not show the object {name}"):
        run()


def test_without_its_id_an_object_cannot_be_read(org: SalesforceServer, run: Run) -> None:
    org.hide("Lead", "Id")
    with pytest.raises(SalesMetricsError, match=r"does not show Lead\.Id"):
        run()


def test_fields_that_quality_rules_name_are_read_too(org: SalesforceServer, run: Run) -> None:
    org.entities["Lead"].fields["Region__c"] = "string"
    org.put("Lead", LEAD, Region__c="north")
    org.entities["Lead"].fields["Address"] = "address"
    lead = run(more_fields={"Lead": ("region__C", "email", "Nowhere__c", "Address")})["lead"]
    assert lead.row(LEAD)["Region__c"] == "north"
    assert lead.hidden == ["Address", "Nowhere__c"]


def test_the_cursor_is_a_field_that_can_be_filtered_by(org: SalesforceServer, run: Run) -> None:
    org.entities["Account"].not_filterable.add("SystemModstamp")
    org.entities["Contact"].not_filterable |= {"SystemModstamp", "LastModifiedDate", "CreatedDate"}
    first = run()
    found = {name: outcome.cursor["field"] for name, outcome in first.items()}
    assert found["lead"] == "SystemModstamp"
    assert found["account"] == "LastModifiedDate"
    assert found["lead_history"] == "CreatedDate"
    assert found["contact"] is None

    org.clock += minutes(60)
    second = run(cursors(first))
    assert second["account"].mode == "merge"
    assert second["contact"].mode == "replace"
    assert "no field says what has changed" in second["contact"].warnings[0]
    assert second["opportunity_stage"].mode == "replace"
    assert second["opportunity_stage"].warnings == []


def test_another_cursor_field_means_reading_whole(org: SalesforceServer, run: Run) -> None:
    first = run()
    org.entities["Lead"].not_filterable.add("SystemModstamp")
    org.clock += minutes(60)
    lead = run(cursors(first))["lead"]
    assert lead.mode == "replace"
    assert "changes are now found by LastModifiedDate" in lead.warnings[0]
