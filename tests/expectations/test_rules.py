"""The rule list and the placeholders: what is read, and every line that is refused."""

from decimal import Decimal
from pathlib import Path

import pytest

from expectations.rules import Rule, parse_members, parse_range, read_placeholders, read_rules
from sales_metrics.errors import SalesMetricsError
from sales_metrics.warehouse import DBT_PROJECT

HEADER = "object,field,check,argument,weight,applies_when\n"
FIELDS = {
    "Lead": ["Email", "Status", "Phone"],
    "Contact": ["Email"],
    "Account": ["Website"],
    "Opportunity": ["Amount", "CloseDate", "Region__c"],
}


@pytest.fixture
def rules_file(tmp_path: Path) -> Path:
    return tmp_path / "quality_rules.csv"


def write(path: Path, *lines: str) -> Path:
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(SalesMetricsError) as error:
        read_rules(path, FIELDS)
    return str(error.value)


def test_a_line_becomes_a_rule(rules_file: Path) -> None:
    write(rules_file, "Lead,Email,filled,,3,Status = Working - Contacted ; Phone=1=2")

    assert read_rules(rules_file, FIELDS) == [
        Rule(
            object="Lead",
            field="Email",
            check="filled",
            argument="",
            weight=3.0,
            applies_when=(("Status", "Working - Contacted"), ("Phone", "1=2")),
            line=2,
        )
    ]


def test_a_rule_is_named_after_field_and_check(rules_file: Path) -> None:
    filled, email = read_rules(
        write(rules_file, "Lead,Email,filled,,3,Status=New", "Lead,Email,email,,2.5,"), FIELDS
    )

    assert (filled.rule, filled.kind, filled.fields) == (
        "Email:filled",
        "completeness",
        ("Email", "Status"),
    )
    assert (email.rule, email.kind, email.weight) == ("Email:email", "validity", 2.5)


def test_the_default_rules_are_27_on_four_objects() -> None:
    class AnyField:
        def __contains__(self, field: object) -> bool:
            return True

    seeds = DBT_PROJECT / "seeds"
    known = dict.fromkeys(("Lead", "Contact", "Account", "Opportunity"), AnyField())

    rules = read_rules(seeds / "quality_rules.csv", known)  # type: ignore[arg-type]

    assert len(rules) == 27
    assert {rule.object for rule in rules} == {"Lead", "Contact", "Account", "Opportunity"}


def test_columns_in_another_order_bom_crlf_quotes_and_blank_lines(rules_file: Path) -> None:
    rules_file.write_bytes(
        b"\xef\xbb\xbfweight,object,field,check,argument,applies_when\r\n"
        b"\r\n"
        b' 1 ,Opportunity,Region__c,in_set,"North, South|East",\r\n'
    )

    (rule,) = read_rules(rules_file, FIELDS)

    assert (rule.argument, rule.weight, rule.line) == ("North, South|East", 1.0, 3)


def test_a_list_without_rules_is_empty(rules_file: Path) -> None:
    assert read_rules(write(rules_file), FIELDS) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "Task,Email,filled,,1,",
            "object 'Task' is unknown; allowed are Lead, Contact, Account, Opportunity.",
        ),
        (
            "Lead,E-mail,filled,,1,",
            "field of Lead 'E-mail' is unknown; allowed are Email, Status, Phone.",
        ),
        (
            "Lead,email,filled,,1,",
            "field of Lead 'email' is unknown; allowed are Email, Status, Phone.",
        ),
        (
            "Lead,Email,mail,,1,",
            "check 'mail' is unknown; allowed are filled, email, phone, url, in_set, in_range, "
            "not_in_past.",
        ),
        ("Lead,Email,filled,x,1,", "argument 'x' is wrong, filled takes none; leave it blank."),
        (
            "Opportunity,Amount,in_range,1-5,1,",
            "argument '1-5' of in_range is wrong, it is not two numbers; allowed: the lowest and "
            "the highest number, both included, as low:high.",
        ),
        ("Opportunity,Amount,in_range,,1,", "argument '' of in_range is wrong"),
        ("Opportunity,Amount,in_range,1:,1,", "argument '1:' of in_range is wrong"),
        ("Opportunity,Amount,in_range,1:2:3,1,", "argument '1:2:3' of in_range is wrong"),
        ("Opportunity,Amount,in_range,1:nan,1,", "argument '1:nan' of in_range is wrong"),
        ("Opportunity,Amount,in_range,5:1,1,", "low is above high"),
        (
            "Opportunity,Region__c,in_set,,1,",
            "argument '' of in_set is wrong, a value is blank; allowed: the allowed values, "
            "as a|b|c.",
        ),
        ("Opportunity,Region__c,in_set,a||b,1,", "a value is blank"),
        ("Opportunity,Region__c,in_set,a|a,1,", "a value is repeated"),
        ("Lead,Email,filled,,0,", "weight '0' is wrong; allowed is a number above 0"),
        ("Lead,Email,filled,,-1,", "weight '-1' is wrong"),
        ("Lead,Email,filled,,,", "weight '' is wrong"),
        ("Lead,Email,filled,,much,", "weight 'much' is wrong"),
        ("Lead,Email,filled,,inf,", "weight 'inf' is wrong"),
        ("Lead,Email,filled,,nan,", "weight 'nan' is wrong"),
        ("Lead,Email,filled,,1,Status", "applies_when 'Status' is wrong; allowed is Field=value"),
        ("Lead,Email,filled,,1,Status=", "applies_when 'Status=' is wrong"),
        ("Lead,Email,filled,,1,Status=New;", "applies_when 'Status=New;' is wrong"),
        (
            "Lead,Email,filled,,1,Stage=New",
            "applies_when's field of Lead 'Stage' is unknown; allowed are Email, Status, Phone.",
        ),
        ("Lead,Email,filled,,1,Status=A;Status=B", "applies_when names Status twice"),
        ("Lead,Email,filled,1,", "5 cells where the header has 6"),
    ],
)
def test_a_wrong_line_stops_naming_file_line_and_what_is_allowed(
    rules_file: Path, line: str, said: str
) -> None:
    message = refusal(write(rules_file, "Contact,Email,filled,,1,", line))

    assert message.startswith(f"{rules_file}, line 3: ")
    assert said in message


def test_object_field_and_check_stand_together_once(rules_file: Path) -> None:
    message = refusal(
        write(
            rules_file,
            "Lead,Email,filled,,1,Status=New",
            "Lead,Email,email,,1,",
            "Lead,Email,filled,,2,Status=Open",
        )
    )

    assert message.startswith(f"{rules_file}, line 4: Lead Email:filled stands in line 2 already; ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "line 1: the columns are missing; they must be object, field, check, argument,"),
        (b"object,field,check,argument,weight\n", "line 1: the columns are object, field, check"),
        (
            b"object,field,check,argument,weight,applies_when,applies_when\n",
            "line 1: the columns are object",
        ),
        (HEADER.encode() + b'Lead,"Email,filled,,1,\n', "line 2: the line is no CSV"),
        (HEADER.encode() + b"Lead,\xff,filled,,1,\n", "is not UTF-8; save it as UTF-8."),
    ],
)
def test_a_wrong_file_is_refused(rules_file: Path, content: bytes, said: str) -> None:
    rules_file.write_bytes(content)

    message = refusal(rules_file)

    assert message.startswith(str(rules_file))
    assert said in message


def test_a_missing_file_is_named(rules_file: Path) -> None:
    assert refusal(rules_file) == f"{rules_file} cannot be read: No such file or directory."


def test_bounds_are_exact_and_members_trimmed() -> None:
    assert parse_range("0.01 : 1000000000") == (Decimal("0.01"), Decimal(1000000000))
    assert parse_range("-5:-1e0") == (Decimal(-5), Decimal(-1))
    assert parse_members("a b| (x) |.*") == ("a b", "(x)", ".*")


def test_words_that_look_like_nothing_are_placeholders(tmp_path: Path) -> None:
    path = tmp_path / "placeholders.csv"
    path.write_text('value\nnull\nN/A\n"none"\n NaN \n\nНЕТ\nnone\n"a,b"\n', encoding="utf-8")

    assert read_placeholders(path) == ("null", "n/a", "none", "nan", "нет", "a,b")


def test_placeholders_need_their_column(tmp_path: Path) -> None:
    path = tmp_path / "placeholders.csv"
    path.write_text("word\nx\n", encoding="utf-8")

    with pytest.raises(SalesMetricsError, match="line 1: the columns are word; they must be value"):
        read_placeholders(path)
