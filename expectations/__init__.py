"""The judge of CRM completeness and validity: pure Great Expectations, no Dagster."""

import os

# Read when Great Expectations is imported, which every module here does after this one.
os.environ["GX_ANALYTICS_ENABLED"] = "false"
