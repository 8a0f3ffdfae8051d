"""The verb `check-connection`: what a source's API shows to this connection, object by object.

Asking is the source's part (`ingestion/sources/`); nothing is loaded or written here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from ingestion.chosen import TITLES, open_api, reads_api
from ingestion.files import SOURCES
from orchestration.crm_rules import RULES, fields_of_rules
from sales_metrics.errors import SalesMetricsError
from sales_metrics.seeds import seed_file

if TYPE_CHECKING:
    from rich.console import Console

    from sales_metrics.settings import Settings


def show_connection(source: str, settings: Settings, console: Console) -> bool:
    """Print a line for each object; whether all of them can be read with all their fields.

    Raises SalesMetricsError for a source that is unknown or not read by an API, and for one that
    cannot be reached at all.
    """
    if source not in SOURCES:
        raise SalesMetricsError(f"There is no source '{source}'; there are {', '.join(SOURCES)}.")
    if not reads_api(source, settings):
        name = f"SALES_{source.upper()}_SOURCE"
        ways = "rewardful or referral_rock" if source == "referrals" else "api"
        raise SalesMetricsError(
            f"{TITLES[source]} has no connection to check: {name} is "
            f"{settings.reads_from(source)}. Set it to {ways}."
        )
    # A field that a quality rule needs is wanted like those that a table declares.
    api = open_api(source, settings, fields_of_rules(seed_file(settings.seeds_dir, RULES)))
    table = Table(title=f"{TITLES[source]} ({settings.reads_from(source)})", title_justify="left")
    for column in ("Object", "", "Fields that are not shown", "What it says"):
        table.add_column(column)
    complete = True
    try:
        for found in api.check():
            complete = complete and found.state == "visible" and not found.hidden
            table.add_row(found.object, found.state, ", ".join(found.hidden), escape(found.detail))
    finally:
        api.close()
    console.print(table)
    return complete
