"""`python -m sales_metrics`: the command, where its script is not on the path."""

from sales_metrics.cli import app

app()
