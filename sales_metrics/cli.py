"""The command `sales-metrics`: run the job and say what came of it.

What the job does is in `orchestration/`; what is said is in the run report and the headline. Parts
that take seconds to import are imported in the verb that needs them.
"""

from __future__ import annotations

import logging
import os
import sys
import uuid
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.status import Status
from rich.table import Table

from ingestion.chosen import TITLES, check_sources, exported, reads_api
from ingestion.files import SOURCES
from sales_metrics.check_connection import show_connection
from sales_metrics.errors import SalesMetricsError
from sales_metrics.headline import Headline, read_headline
from sales_metrics.manager_summary import Summary, read_summary
from sales_metrics.run_lock import run_lock
from sales_metrics.run_report import PROGRESS, RunReport, read_run_report, sentence
from sales_metrics.seeds import merge_seeds
from sales_metrics.settings import Settings, load_settings

FICTION = "This company does not exist: its people, deals and e-mails are made up."
SHOWN_WARNINGS = 40

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Sales metrics from an export folder to published tables.",
)


@app.command()
def run(
    verbose: Annotated[bool, typer.Option(help="Show Dagster's and dbt's own logs.")] = False,
    fresh_sample: Annotated[bool, typer.Option(help="Write the sample company anew.")] = False,
) -> None:
    """Run the whole job and print what came of it; the exit code is the job's."""
    with _errors_as_sentences():
        settings = load_settings()
        console = _console()
        with run_lock(settings.data), _quiet(verbose):
            succeeded = _run(settings, console, verbose=verbose, fresh_sample=fresh_sample)
        report = read_run_report(settings.data)
        if report is None:
            raise SalesMetricsError(f"The run wrote no report to {settings.data.run_report}.")
        _print_summary(console, settings, report)
    if not succeeded:
        raise typer.Exit(1)


@app.command()
def prepare() -> None:
    """Make what Dagster needs before it starts: dbt's manifest and the instance's dagster.yaml."""
    with _errors_as_sentences():
        from orchestration.dbt_manifest import prepare_manifest
        from orchestration.instance import set_up_instance

        prepare_manifest()
        set_up_instance(load_settings().data)


@app.command()
def check() -> None:
    """Check the settings, the seeds and the export folder, and run nothing."""
    with _errors_as_sentences():
        settings = load_settings()
        _check(settings)
        _console().print(
            f"The settings are right. {_what_is_read(settings)}; what a run writes goes to "
            f"{settings.data.root}.",
            soft_wrap=True,
        )


@app.command()
def sample(
    leads: Annotated[int, typer.Option(min=1, help="About how many leads the company has.")] = 3000,
    out: Annotated[Path | None, typer.Option(help="Folder; default: the data folder's.")] = None,
) -> None:
    """Write the export folder of a company that does not exist."""
    with _errors_as_sentences():
        folder = (out or load_settings().data.sample_company).expanduser().resolve()
        _write_sample(folder, leads)
        _console().print(f"Wrote {folder}. {FICTION}", soft_wrap=True)


@app.command(name="check-connection")
def check_connection(
    source: Annotated[str, typer.Argument(help="salesforce, mailchimp, referrals or badger.")],
) -> None:
    """Read one row of each object of a source by its API: what is visible, missing or refused."""
    with _errors_as_sentences():
        complete = show_connection(source, load_settings(), _console())
    if not complete:
        raise typer.Exit(1)


@app.command()
def audience(
    out: Annotated[Path, typer.Option(help="The CSV file to write.", dir_okay=False)],
    segment: Annotated[
        list[str] | None,
        typer.Option(help="Only this segment (* is anything); may be given several times."),
    ] = None,
) -> None:
    """Write whom to win back, as a CSV file for the mail tool."""
    with _errors_as_sentences():
        from sales_metrics.audience import write_audience

        file = out.expanduser().resolve()
        written = write_audience(load_settings().data.warehouse, file, segment or ())
        console = _console()
        console.print(
            f"Prospects: {written.prospects:,}, in segments: {written.segments:,}. File: {file}",
            soft_wrap=True,
        )
        console.print(f"Left out: {sum(written.left_out.values()):,}")
        for why, prospects in written.left_out.items():
            console.print(f"  - {prospects:,} {why}", highlight=False)


def _run(settings: Settings, console: Console, *, verbose: bool, fresh_sample: bool) -> bool:
    """Prepare what is missing, then run the job; whether it ended well. The report is written."""
    run_id = str(uuid.uuid4())
    try:
        with _progress(console) as status, ThreadPoolExecutor(max_workers=1) as meanwhile:
            from orchestration.dbt_manifest import prepare_manifest

            # In a process of its own, while this one does what does not need it.
            manifest = meanwhile.submit(prepare_manifest)
            if settings.reads_sample_company:
                console.print(f"[bold]The sample company.[/bold] {FICTION}")
                if fresh_sample or not settings.export_folder.exists():
                    status.update("writing the sample company ...")
                    _write_sample(settings.export_folder, 3000)
            status.update("checking settings, seeds and folder ...")
            _check(settings)
            status.update("starting Dagster ...")
            from orchestration.instance import set_up_instance
            from orchestration.launch import run_refresh

            set_up_instance(settings.data)
            status.update("preparing dbt ...")
            manifest.result()
            status.update("starting the job ...")
            return run_refresh(settings.data, run_id, verbose=verbose)
    except SalesMetricsError as problem:
        # What stops a run before Dagster has begun is reported like what stops it later.
        report = RunReport(settings.data, run_id)
        report.begin(
            as_of=settings.as_of_for(datetime.now(UTC)),
            export_folder=settings.export_folder,
            fictitious_company=settings.reads_sample_company,
        )
        report.fail(sentence(problem))
        raise


def _check(settings: Settings) -> None:
    """Raise SalesMetricsError for seeds or a folder that cannot be read, or a missing setting."""
    with TemporaryDirectory() as nowhere:
        merge_seeds(settings.seeds_dir, Path(nowhere))
    check_sources(settings)


def _what_is_read(settings: Settings) -> str:
    told = []
    if exported(settings):
        told.append(f"The export folder {settings.export_folder} can be read")
    if by_api := [TITLES[source] for source in SOURCES if reads_api(source, settings)]:
        told.append(f"{', '.join(by_api)} by API (try `sales-metrics check-connection`)")
    return "; ".join(told)


def _write_sample(folder: Path, leads: int) -> None:
    from ingestion.sample_company import write_sample_company

    write_sample_company(folder, leads=leads)


def _console() -> Console:
    """The terminal; where there is none, lines are not broken at 80 columns."""
    width = None if sys.stdout.isatty() else 140
    # The terminal as it is now, which `_quiet` does not take away.
    return Console(file=sys.stdout, width=width)


@contextmanager
def _errors_as_sentences() -> Iterator[None]:
    """Tell an error that is written for people in its own words, and exit with 1."""
    try:
        yield
    except SalesMetricsError as problem:
        typer.echo(str(problem), err=True)
        raise typer.Exit(1) from problem


@contextmanager
def _quiet(verbose: bool) -> Iterator[None]:
    """Keep what Dagster and dbt write away from the terminal; Dagster keeps it in its logs."""
    if verbose:
        yield
        return
    warnings.simplefilter("ignore")
    with ExitStack() as stack:
        nowhere = stack.enter_context(Path(os.devnull).open("w", encoding="utf-8"))
        stack.enter_context(redirect_stdout(nowhere))
        stack.enter_context(redirect_stderr(nowhere))
        yield


class _ProgressHandler(logging.Handler):
    """Shows what runs, and a line for each step that has ended."""

    def __init__(self, console: Console, status: Status) -> None:
        super().__init__()
        self._console = console
        self._status = status

    def emit(self, record: logging.LogRecord) -> None:
        self._status.update(record.getMessage())
        if getattr(record, "phase", "") == "end":
            self._console.print(f"  {record.getMessage()}", highlight=False)


@contextmanager
def _progress(console: Console) -> Iterator[Status]:
    """Show the progress of steps on the console while this lasts."""
    with console.status("") as status:
        handler = _ProgressHandler(console, status)
        PROGRESS.addHandler(handler)
        PROGRESS.setLevel(logging.DEBUG)
        PROGRESS.propagate = False
        try:
            yield status
        finally:
            PROGRESS.removeHandler(handler)


def _print_summary(console: Console, settings: Settings, report: dict[str, Any]) -> None:
    data = settings.data
    if report["status"] == "success":
        console.print(_headline_table(read_headline(data.published), report))
    console.print(_steps_table(report))
    _print_notes(console, report)
    console.print("Warehouse       ", data.warehouse, soft_wrap=True)
    console.print("Published file  ", data.published, soft_wrap=True)
    console.print("Run report      ", data.run_report, soft_wrap=True)
    console.print("Dagster's UI     `make dev`, then http://127.0.0.1:3000", soft_wrap=True)
    if report["status"] == "success":
        _print_manager_summary(console, read_summary(data.published), report)
    if report["status"] == "failed":
        typer.echo(f"The run failed: {report['error']}", err=True)


def _headline_table(headline: Headline, report: dict[str, Any]) -> Table:
    table = Table(title=f"As of {report['as_of']}", title_justify="left")
    for column in ("Metric", "", *headline.quarters):
        table.add_column(column)
    metric = None
    for line in headline.lines:
        table.add_row(line.metric if line.metric != metric else "", line.measure, *line.values)
        metric = line.metric
    if report["fictitious_company"]:
        table.caption = FICTION
    return table


def _print_manager_summary(console: Console, summary: Summary, report: dict[str, Any]) -> None:
    """The last thing on the screen is for those who sell."""
    title = f"{summary.quarter} so far, as of {report['as_of'][:10]}"
    table = Table(title=title, title_justify="left")
    for column in ("Metric", "Company", "Quarter before", "Leader"):
        table.add_column(column)
    for line in summary.lines:
        table.add_row(line.metric, line.value, line.before, line.leader)
    console.print()
    console.print(table)
    console.print(summary.weakest_link, soft_wrap=True, highlight=False)


def _steps_table(report: dict[str, Any]) -> Table:
    table = Table()
    table.add_column("Step")
    table.add_column("Seconds", justify="right")
    table.add_column("Rows", justify="right")
    for step in report["steps"]:
        table.add_row(step["step"], f"{step['seconds']:.1f}", f"{step['rows']:,}")
    return table


def _print_notes(console: Console, report: dict[str, Any]) -> None:
    """Warnings and quarantine, cut to what can be read; the report has all."""
    texts = report["warnings"]
    console.print(f"Warnings: {len(texts)}")
    for text in texts[:SHOWN_WARNINGS]:
        console.print(f"  - {escape(text)}", highlight=False, soft_wrap=True)
    if len(texts) > SHOWN_WARNINGS:
        console.print(f"  and {len(texts) - SHOWN_WARNINGS} more in the run report")
    console.print(f"Quarantined rows: {sum(entry['rows'] for entry in report['quarantine']):,}")
    for entry in report["quarantine"]:
        console.print(
            f"  - {entry['rows']:,} of {entry['file']}: {entry['path']}",
            highlight=False,
            soft_wrap=True,
        )
