"""The way in: from the sources to the raw tables. Pure dlt; nothing here knows Dagster or dbt."""
