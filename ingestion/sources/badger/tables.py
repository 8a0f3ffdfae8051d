"""Badger's check-ins: columns, types and key. Only facts; other columns are kept as text."""

from __future__ import annotations

from ingestion.tables import Column, Table

TABLES: tuple[Table, ...] = (
    Table(
        name="check_ins",
        file="badger/check_ins.csv",
        key=("check_in_id",),
        columns=(
            Column("check_in_id", "code"),
            Column("customer_id", "code"),
            Column("crm_id", "id"),
            Column("customer", "text"),
            Column("log_datetime", "local_time"),
            Column("type", "text"),
            Column("comments", "text"),
            Column("created_by", "text"),
        ),
    ),
)
