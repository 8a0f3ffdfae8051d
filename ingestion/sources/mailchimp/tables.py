"""Mailchimp's objects: fields, types and keys. Only facts; other fields are kept as text."""

from __future__ import annotations

from ingestion.tables import Child, Column, Table

TABLES: tuple[Table, ...] = (
    Table(
        name="campaigns",
        file="mailchimp/campaigns.jsonl",
        key=("id",),
        columns=(
            Column("id", "code"),
            Column("type", "text"),
            Column("status", "text"),
            Column("create_time", "instant"),
            Column("send_time", "instant"),
            Column("settings.title", "text"),
            Column("settings.subject_line", "text"),
            Column("recipients.list_id", "code"),
            Column("recipients.segment_text", "text"),
        ),
    ),
    Table(
        name="members",
        file="mailchimp/members.jsonl",
        key=("list_id", "id"),
        versions=("last_changed",),
        columns=(
            Column("id", "code"),
            Column("email_address", "text"),
            Column("list_id", "code"),
            Column("status", "text"),
            Column("last_changed", "instant"),
        ),
        children=(
            Child(
                name="member_tags",
                path="tags",
                inherited=(("list_id", "list_id"), ("id", "member_id")),
                columns=(Column("name", "text"),),
            ),
        ),
    ),
    Table(
        name="sent_to",
        file="mailchimp/sent_to.jsonl",
        key=("campaign_id", "email_id"),
        columns=(
            Column("campaign_id", "code"),
            Column("email_id", "code"),
            Column("email_address", "text"),
            Column("status", "text"),
        ),
    ),
    # Two objects of one recipient are both his: what he did may come in several pages.
    Table(
        name="email_activity",
        file="mailchimp/email_activity.jsonl",
        columns=(
            Column("campaign_id", "code"),
            Column("email_id", "code"),
            Column("email_address", "text"),
        ),
        children=(
            Child(
                name="email_activity_actions",
                path="activity",
                inherited=(
                    ("campaign_id", "campaign_id"),
                    ("email_id", "email_id"),
                    ("email_address", "email_address"),
                ),
                columns=(
                    Column("action", "text"),
                    Column("timestamp", "instant"),
                    Column("url", "text"),
                    Column("type", "text"),
                ),
            ),
        ),
    ),
    Table(
        name="reports",
        file="mailchimp/reports.jsonl",
        key=("id",),
        columns=(
            Column("id", "code"),
            Column("emails_sent", "int"),
            Column("unsubscribed", "int"),
            Column("bounces.hard_bounces", "int"),
            Column("bounces.soft_bounces", "int"),
            Column("opens.opens_total", "int"),
            Column("opens.unique_opens", "int"),
            Column("opens.proxy_excluded_opens", "int"),
            Column("opens.proxy_excluded_unique_opens", "int"),
            Column("clicks.unique_clicks", "int"),
        ),
    ),
)
