"""When things run, and how they hang together. Thin Dagster; the work is done elsewhere."""
