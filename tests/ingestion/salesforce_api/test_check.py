from ingestion.sources.salesforce.api import open_api
from ingestion.sources.salesforce.tables import TABLES
from sales_metrics.connections import SalesforceConnection
from tests.ingestion.salesforce_api.conftest import PATIENCE
from tests.ingestion.servers.salesforce import SalesforceServer


def test_one_row_of_each_object(org: SalesforceServer, connection: SalesforceConnection) -> None:
    org.hide("Lead", "Email")
    org.missing |= {"CurrencyType", "EmailMessageRelation"}
    org.disturb(
        "Campaign%20|FROM\\+Campaign(\\+|$)",
        "403",
        body=[{"errorCode": "INSUFFICIENT_ACCESS", "message": "no"}],
    )
    api = open_api(connection, patience=PATIENCE)
    found = {one.object: one for one in api.check()}
    api.close()
    assert len(found) == len(TABLES)
    assert (found["Lead"].state, found["Lead"].hidden) == ("visible", ("Email",))
    assert found["CurrencyType"].state == "missing"
    assert "NOT_FOUND" in found["CurrencyType"].detail
    assert found["EmailMessage"].hidden == ("WhoId",)
    assert found["Campaign"].state == "refused"
    assert "INSUFFICIENT_ACCESS" in found["Campaign"].detail
    assert found["User"].state == "visible"
    assert org.jobs_made == 0
    assert all(query.endswith(" LIMIT 1") for query in org.queries)
