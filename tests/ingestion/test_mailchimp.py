import json
from datetime import UTC, datetime
from hashlib import md5


def lines(*records: object) -> str:
    return "\n".join(json.dumps(record, ensure_ascii=False) for record in records)


def test_campaigns_are_flattened(extract) -> None:
    campaign = {
        "id": "c1",
        "type": "regular",
        "status": "sent",
        "create_time": "2026-01-04T10:00:00+00:00",
        "send_time": "2026-01-05T10:00:00+00:00",
        "settings": {"title": "Реактивация", "subject_line": "Hi", "from_name": "Ann"},
        "recipients": {"list_id": "l1", "segment_text": "all"},
    }
    unsent = {**campaign, "id": "c2", "status": "save", "send_time": ""}
    rows = extract("mailchimp", "campaigns", lines(campaign, unsent))
    first, second = rows.rows.to_pylist()
    assert first == {
        "id": "c1",
        "type": "regular",
        "status": "sent",
        "create_time": datetime(2026, 1, 4, 10, tzinfo=UTC),
        "send_time": datetime(2026, 1, 5, 10, tzinfo=UTC),
        "settings_title": "Реактивация",
        "settings_subject_line": "Hi",
        "recipients_list_id": "l1",
        "recipients_segment_text": "all",
        "settings_from_name": "Ann",
    }
    assert second["send_time"] is None
    assert rows.warnings == []


def test_unknown_fields_are_kept(extract) -> None:
    record = {"id": "r1", "emails_sent": 5, "rate": 0.5, "vip": True, "_links": [{"b": 1, "a": 2}]}
    row = extract("mailchimp", "reports", lines(record)).rows.to_pylist()[0]
    assert (row["rate"], row["vip"], row["_links"]) == ("0.5", "true", '[{"a":2,"b":1}]')


def test_reports_count_whole_numbers(extract) -> None:
    report = {
        "id": "c1",
        "emails_sent": 50.0,
        "unsubscribed": 0,
        "bounces": {"hard_bounces": 1, "soft_bounces": 2},
        "opens": {
            "opens_total": 9,
            "unique_opens": 8,
            "proxy_excluded_opens": 7,
            "proxy_excluded_unique_opens": 6,
        },
        "clicks": {"unique_clicks": 3},
    }
    row = extract("mailchimp", "reports", lines(report)).rows.to_pylist()[0]
    assert row == {
        "id": "c1",
        "emails_sent": 50,
        "unsubscribed": 0,
        "bounces_hard_bounces": 1,
        "bounces_soft_bounces": 2,
        "opens_opens_total": 9,
        "opens_unique_opens": 8,
        "opens_proxy_excluded_opens": 7,
        "opens_proxy_excluded_unique_opens": 6,
        "clicks_unique_clicks": 3,
    }


def member(number: int, **more: object) -> dict[str, object]:
    return {
        "id": f"m{number}",
        "list_id": "l1",
        "email_address": f"a{number}@example.com",
        "status": "subscribed",
        "last_changed": "2026-01-05T10:00:00+00:00",
        "tags": [],
        **more,
    }


def test_tags_become_a_table(extracts) -> None:
    members, tags = extracts(
        "mailchimp",
        "members",
        lines(member(1, tags=[{"id": 7, "name": "vip"}, {"id": 8, "name": "вип"}]), member(2)),
    )
    assert members.rows["id"].to_pylist() == ["m1", "m2"]
    assert "tags" not in members.rows.column_names
    assert tags.rows.to_pylist() == [
        {"list_id": "l1", "member_id": "m1", "name": "vip", "id": "7"},
        {"list_id": "l1", "member_id": "m1", "name": "вип", "id": "8"},
    ]
    assert (tags.records, tags.file) == (2, "mailchimp/members.jsonl")


def test_tags_of_an_older_version_go_with_it(extracts) -> None:
    later = "2026-02-05T10:00:00+00:00"
    members, tags = extracts(
        "mailchimp",
        "members",
        lines(
            member(1, tags=[{"name": "new"}], last_changed=later),
            member(1, tags=[{"name": "old"}, {"name": "older"}]),
            member(2, tags=[{"name": "same"}]),
            member(2, tags=[{"name": "same"}]),
            member(3, tags=[{"name": "bad"}], last_changed="today"),
        ),
    )
    assert (members.older_versions, members.exact_repeats, members.quarantined) == (1, 1, 1)
    assert tags.rows["name"].to_pylist() == ["new", "same"]
    assert (tags.records, tags.older_versions, tags.exact_repeats, tags.quarantined) == (6, 2, 1, 1)


def test_members_that_differ_in_tags_only_are_versions_and_no_repeats(extract) -> None:
    rows = extract("mailchimp", "members", lines(member(1), member(1, tags=[{"name": "x"}])))
    assert (rows.exact_repeats, rows.older_versions) == (0, 1)


def activity(*actions: dict[str, object], **more: object) -> dict[str, object]:
    recipient = {"campaign_id": "c1", "email_id": "e1", "email_address": "a@example.com"}
    return {**recipient, "activity": list(actions), **more}


OPEN = {"action": "open", "timestamp": "2026-01-05T10:00:00+00:00"}
CLICK = {"action": "click", "timestamp": "2026-01-05T10:01:00+00:00", "url": "https://example.com"}


def test_activity_becomes_a_table_of_actions(extracts) -> None:
    activities, actions = extracts("mailchimp", "email_activity", lines(activity(OPEN, CLICK)))
    assert activities.rows.to_pylist() == [
        {"campaign_id": "c1", "email_id": "e1", "email_address": "a@example.com"}
    ]
    assert actions.rows.to_pylist() == [
        {
            "campaign_id": "c1",
            "email_id": "e1",
            "email_address": "a@example.com",
            "action": "open",
            "timestamp": datetime(2026, 1, 5, 10, tzinfo=UTC),
            "url": None,
            "type": None,
        },
        {
            "campaign_id": "c1",
            "email_id": "e1",
            "email_address": "a@example.com",
            "action": "click",
            "timestamp": datetime(2026, 1, 5, 10, 1, tzinfo=UTC),
            "url": "https://example.com",
            "type": None,
        },
    ]


def test_two_objects_of_one_recipient_are_both_kept_and_a_repeated_line_is_one(extracts) -> None:
    activities, actions = extracts(
        "mailchimp",
        "email_activity",
        lines(activity(OPEN), activity(CLICK), activity(OPEN)),
    )
    assert (activities.rows.num_rows, activities.exact_repeats) == (2, 1)
    assert sorted(actions.rows["action"].to_pylist()) == ["click", "open"]
    assert (actions.records, actions.exact_repeats) == (3, 1)


def test_an_action_that_cannot_be_typed_takes_its_record_with_it(extracts) -> None:
    activities, actions = extracts(
        "mailchimp",
        "email_activity",
        lines(activity(OPEN, {"action": "click", "timestamp": "soon"}), activity(CLICK)),
    )
    assert [(r.record, r.column, r.value) for r in activities.rejected] == [
        (1, "activity[].timestamp", "soon")
    ]
    assert actions.rows["action"].to_pylist() == ["click"]
    assert (actions.records, actions.quarantined) == (3, 2)


def test_a_blank_email_id_is_computed_from_the_address(extract) -> None:
    sent = [
        {
            "campaign_id": "c1",
            "email_id": "",
            "email_address": " Ann@Example.com ",
            "status": "sent",
        },
        {"campaign_id": "c1", "email_id": "given", "email_address": "b@example.com"},
        {"campaign_id": "c1", "email_address": None},
    ]
    rows = extract("mailchimp", "sent_to", lines(*sent))
    assert rows.rows["email_id"].to_pylist() == [md5(b"ann@example.com").hexdigest(), "given"]
    assert [(r.record, r.column) for r in rows.rejected] == [(3, "email_id")]


def test_a_recipient_is_one_per_campaign(extract) -> None:
    sent = {"campaign_id": "c1", "email_id": "e1", "status": "sent"}
    rows = extract(
        "mailchimp",
        "sent_to",
        lines(sent, {**sent, "campaign_id": "c2"}, {**sent, "status": "hard"}),
    )
    assert rows.rows["campaign_id"].to_pylist() == ["c2", "c1"]
    assert rows.rows["status"].to_pylist() == ["sent", "hard"]
    assert rows.older_versions == 1


def test_lines_that_are_no_objects_are_refused(extract) -> None:
    content = '{"id": "1"}\nno json\n\n[1]\n{"id": "2", "tags": "vip", "list_id": "l"}\n'
    rows = extract("mailchimp", "members", content.replace('{"id": "1"}', json.dumps(member(1))))
    assert rows.rows["id"].to_pylist() == ["m1"]
    found = [(r.record, r.column, r.value, r.reason.split(":")[0]) for r in rows.rejected]
    assert found == [
        (2, "", "no json", "is no JSON"),
        (3, "", "[1]", "is no JSON object"),
        (4, "tags", '"vip"', "is no list of objects"),
    ]


def test_byte_order_mark_line_ends_and_nul(extract) -> None:
    content = "\ufeff" + lines(member(1), member(2, status="sub\0scribed")).replace("\n", "\r\n")
    rows = extract("mailchimp", "members", content)
    assert rows.rows["id"].to_pylist() == ["m1", "m2"]
    assert rows.rows["status"].to_pylist() == ["subscribed", "subscribed"]


def test_missing_fields_are_a_warning_and_empty_files_too(extracts) -> None:
    members, _ = extracts("mailchimp", "members", lines({"id": "m1", "list_id": "l1"}))
    assert members.warnings == [
        "mailchimp/members.jsonl has no column email_address, status, last_changed, tags: "
        "read as empty"
    ]
    members, tags = extracts("mailchimp", "members", "\n")
    assert members.warnings == ["mailchimp/members.jsonl is empty"]
    assert tags.rows.schema.names == ["list_id", "member_id", "name"]
