"""Which way each source is read, as the settings say: from the export folder, by an API, or not.

How each way works is in `reading.py`, `api_reading.py` and `sources/`. Nothing heavy is imported
before something is read.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ingestion.files import SOURCES, check_folder
from sales_metrics.connections import connection_to
from sales_metrics.errors import SalesMetricsError
from sales_metrics.settings import Settings

if TYPE_CHECKING:
    from ingestion.accounts import TableLoad
    from ingestion.changes import ApiSource

# Source and way -> the platform that is asked, and the module that asks it.
_APIS = {
    ("salesforce", "api"): ("salesforce", "ingestion.sources.salesforce.api"),
    ("mailchimp", "api"): ("mailchimp", "ingestion.sources.mailchimp.api"),
    ("badger", "api"): ("badger", "ingestion.sources.badger.api"),
    ("referrals", "rewardful"): ("rewardful", "ingestion.sources.referrals.rewardful"),
    ("referrals", "referral_rock"): ("referral_rock", "ingestion.sources.referrals.referral_rock"),
}

TITLES = {
    "salesforce": "Salesforce",
    "mailchimp": "Mailchimp",
    "referrals": "The referral programme",
    "badger": "Badger Maps",
}


def exported(settings: Settings) -> tuple[str, ...]:
    """The sources that are read from the export folder."""
    return tuple(source for source in SOURCES if settings.reads_from(source) == "export")


def check_sources(settings: Settings) -> None:
    """Raise SalesMetricsError for sources that do not go together, or cannot be read as they are.

    The sample company has no place beside an organisation that is real. Nobody is asked.
    """
    from_files = exported(settings)
    if from_files and settings.export_dir is None and len(from_files) < len(SOURCES):
        by_api = [source for source in SOURCES if reads_api(source, settings)]
        if by_api:
            names = " and ".join(f"SALES_{source.upper()}_SOURCE" for source in from_files)
            raise SalesMetricsError(
                f"{TITLES[by_api[0]]} is read by its API, but {names} would read the sample "
                "company, which does not exist: set SALES_EXPORT_DIR to a folder with your "
                "exports, or choose api or off for them."
            )
    for source in SOURCES:
        if platform := _APIS.get((source, settings.reads_from(source))):
            connection_to(platform[0], settings)
    check_folder(settings.export_folder, from_files)


def reads_api(source: str, settings: Settings) -> bool:
    """Whether a source is read by an API."""
    return (source, settings.reads_from(source)) in _APIS


def open_api(
    source: str, settings: Settings, more_fields: Mapping[str, Collection[str]] | None = None
) -> ApiSource:
    """The API that a source is read by.

    `more_fields` are, by object, fields of Salesforce that are wanted besides the declared ones.
    """
    platform, module = _APIS[source, settings.reads_from(source)]
    options: dict[str, Any] = {"more_fields": more_fields or {}} if source == "salesforce" else {}
    api: ApiSource = import_module(module).open_api(connection_to(platform, settings), **options)
    return api


def load_chosen(
    source: str,
    settings: Settings,
    *,
    now: datetime,
    more_fields: Mapping[str, Collection[str]] | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[TableLoad]:
    """Load a source the way that the settings say; all of its tables, or none."""
    from ingestion.pipelines import load_api, load_nothing, load_source  # dlt takes seconds

    way = settings.reads_from(source)
    from_files = exported(settings)
    if way == "export":
        return load_source(
            source, settings.export_folder, settings.data, exported=from_files, progress=progress
        )
    if way == "off":
        warning = (
            f"{TITLES[source]} is off (SALES_{source.upper()}_SOURCE): what is measured with it "
            "is empty"
        )
        return load_nothing(source, warning, settings.data, progress=progress)
    return load_api(
        source,
        way,
        open_api(source, settings, more_fields),
        settings.data,
        now=now,
        export_folder=settings.export_folder if "salesforce" in from_files else None,
        progress=progress,
    )
