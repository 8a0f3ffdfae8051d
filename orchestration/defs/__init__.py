"""Dagster's objects, one subject a file."""
