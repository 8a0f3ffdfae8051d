"""The fields that rules name, and those that nobody may see."""

from pathlib import Path

from expectations.rules import read_rules, without_hidden
from orchestration.crm_rules import CrmColumns, fields_of_rules

RULES = (
    "object,field,check,argument,weight,applies_when\n"
    "Lead,Email,filled,,3,\n"
    "Lead,Phone,filled,,1,Region__c=EU; Status=New\n"
    "Lead,Budget__c,filled,,1,\n"
    "Account,Phone,filled,,1,\n"
)


def test_the_fields_of_the_rules_and_of_their_conditions_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "rules.csv"
    path.write_text(RULES)
    assert fields_of_rules(path) == {
        "Lead": ["Email", "Phone", "Region__c", "Status", "Budget__c"],
        "Account": ["Phone"],
    }


def test_a_rule_on_a_field_that_is_not_shown_is_skipped_and_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "rules.csv"
    path.write_text(RULES)
    declared = {"Email": "email", "Phone": "phone", "Status": "status"}
    hidden = {"Lead": ("Region__c", "Email", "Budget__c")}
    columns = {
        "Lead": CrmColumns(declared, ["email", "phone", "status"], hidden["Lead"]),
        "Account": CrmColumns({"Phone": "phone"}, ["phone"]),
    }
    judged, skipped = without_hidden(read_rules(path, columns), hidden)
    assert [(rule.object, rule.rule) for rule in judged] == [("Account", "Phone:filled")]
    assert [(rule.rule, fields) for rule, fields in skipped] == [
        ("Email:filled", ["Email"]),
        ("Phone:filled", ["Region__c"]),
        ("Budget__c:filled", ["Budget__c"]),
    ]
    assert columns["Lead"]["Email"] == "email"
    assert columns["Lead"]["Budget__c"] == "budget_c"
