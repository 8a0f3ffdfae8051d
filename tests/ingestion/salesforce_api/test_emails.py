from tests.ingestion.salesforce_api.conftest import NOON, Run, cursors
from tests.ingestion.servers.salesforce import SalesforceServer, minutes

SENT, RECEIVED, ALONE = ("02s000000000001AAA", "02s000000000002AAA", "02s000000000003AAA")
ANN, BOB, REP = "00Q000000000001AAA", "003000000000001AAA", "005000000000001AAA"


def write(org: SalesforceServer) -> None:
    before = NOON - minutes(60)
    org.put("EmailMessage", SENT, at=before, Incoming="false", Subject="Hello")
    org.put("EmailMessage", RECEIVED, at=before, Incoming="true")
    org.put("EmailMessage", ALONE, at=before, Incoming="false")
    org.relate("0Rw000000000000AAA", SENT, REP, "ToAddress", at=before)
    org.relate("0Rw000000000001AAA", SENT, REP, "FromAddress", at=before)
    org.relate("0Rw000000000003AAA", SENT, BOB, "ToAddress", at=before)
    org.relate("0Rw000000000002AAA", SENT, ANN, "ToAddress", at=before)
    org.relate("0Rw000000000004AAA", RECEIVED, REP, "ToAddress", at=before)
    org.relate("0Rw000000000005AAA", RECEIVED, BOB, "FromAddress", at=before)
    org.relate("0Rw000000000006AAA", ALONE, ANN, "CcAddress", at=before)


def who(outcome) -> dict[str, str | None]:
    return {row["Id"]: row["WhoId"] for row in outcome.rows}


def test_who_a_message_is_about(org: SalesforceServer, run: Run) -> None:
    write(org)
    org.page_size = 2
    messages = run()["email_message"]
    assert who(messages) == {SENT: ANN, RECEIVED: BOB, ALONE: None}
    assert messages.row(SENT)["Subject"] == "Hello"


def test_a_relation_that_is_removed_gives_way_to_the_next(org: SalesforceServer, run: Run) -> None:
    write(org)
    first = run()
    org.clock += minutes(60)
    org.put("EmailMessageRelation", "0Rw000000000002AAA", at=NOON + minutes(30), IsDeleted="true")
    again = run(cursors(first))["email_message"]
    # The message itself has not changed.
    assert (again.mode, who(again)) == ("merge", {SENT: BOB})


def test_a_removed_relation_counts_with_a_removed_message_only(
    org: SalesforceServer, run: Run
) -> None:
    write(org)
    org.put("EmailMessageRelation", "0Rw000000000002AAA", IsDeleted="true")
    org.put("EmailMessageRelation", "0Rw000000000003AAA", IsDeleted="true")
    assert who(run()["email_message"])[SENT] is None
    org.delete("EmailMessage", SENT)
    assert who(run()["email_message"])[SENT] == ANN


def test_new_messages_and_old_ones_with_new_relations(org: SalesforceServer, run: Run) -> None:
    write(org)
    first = run()
    org.clock += minutes(60)
    at = NOON + minutes(30)
    new = "02s000000000009AAA"
    org.put("EmailMessage", new, at=at, Incoming="false")
    org.relate("0Rw000000000009AAA", new, BOB, "ToAddress", at=at)
    org.relate("0Rw000000000010AAA", ALONE, BOB, "ToAddress", at=at)
    # Changed, while its relations are of before.
    org.put("EmailMessage", RECEIVED, at=at, Subject="Re: Hello")
    again = run(cursors(first))["email_message"]
    assert who(again) == {new: BOB, ALONE: BOB, RECEIVED: BOB}
    assert len(again.rows) == 3


def test_without_relations_the_column_is_hidden(org: SalesforceServer, run: Run) -> None:
    write(org)
    org.missing.add("EmailMessageRelation")
    first = run()
    messages = first["email_message"]
    assert messages.hidden == ["WhoId"]
    assert "WhoId" not in messages.rows[0]

    org.missing.clear()
    org.clock += minutes(60)
    again = run(cursors(first))["email_message"]
    assert (again.mode, who(again)[SENT]) == ("replace", ANN)


def test_relations_that_show_too_little_are_none(org: SalesforceServer, run: Run) -> None:
    write(org)
    org.hide("EmailMessageRelation", "RelationObjectType")
    assert run()["email_message"].hidden == ["WhoId"]
