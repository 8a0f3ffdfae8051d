"""The referral programme's files: columns, types, keys and allowed values. Only facts."""

from __future__ import annotations

from ingestion.tables import Column, Table

REFERRER_KINDS = ("customer", "employee", "partner")
REFERRAL_STATUSES = (
    "visited",
    "lead",
    "qualified",
    "approved",
    "converted",
    "denied",
    "expired",
    "reversed",
)
REWARD_RECIPIENTS = ("referrer", "referee")
REWARD_KINDS = ("gift_card", "commission", "credit")
REWARD_STATUSES = ("pending", "eligible", "processing", "issued", "void")

TABLES: tuple[Table, ...] = (
    Table(
        name="referrers",
        file="referrals/referrers.csv",
        key=("referrer_id",),
        versions=("updated_at",),
        columns=(
            Column("referrer_id", "code"),
            Column("email", "text"),
            Column("name", "text"),
            Column("kind", "text", allowed=REFERRER_KINDS),
            Column("crm_account_id", "id"),
            Column("code", "text"),
            Column("joined_at", "instant", date_is_midnight=True),
        ),
    ),
    Table(
        name="referrals",
        file="referrals/referrals.csv",
        key=("referral_id",),
        versions=("updated_at",),
        columns=(
            Column("referral_id", "code"),
            Column("referrer_id", "code"),
            Column("referee_email", "text"),
            Column("referee_name", "text"),
            Column("referee_company", "text"),
            Column("channel", "text"),
            Column("status", "text", allowed=REFERRAL_STATUSES, blank_allowed=False),
            Column("created_at", "instant", date_is_midnight=True),
            Column("converted_at", "instant", date_is_midnight=True),
            Column("updated_at", "instant", date_is_midnight=True),
        ),
    ),
    Table(
        name="rewards",
        file="referrals/rewards.csv",
        key=("reward_id",),
        versions=("updated_at",),
        columns=(
            Column("reward_id", "code"),
            Column("referral_id", "code"),
            Column("recipient", "text", allowed=REWARD_RECIPIENTS),
            Column("kind", "text", allowed=REWARD_KINDS),
            Column("amount", "number"),
            Column("currency", "text"),
            Column("status", "text", allowed=REWARD_STATUSES, blank_allowed=False),
            Column("created_at", "instant", date_is_midnight=True),
            Column("issued_at", "instant", date_is_midnight=True),
        ),
    ),
)
