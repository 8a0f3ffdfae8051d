"""What a run did, as JSON: a section per step while it runs, `run_report.json` at its end.

What a step counts belongs to the step; how it is printed, to the command.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sales_metrics import __version__
from sales_metrics.errors import SalesMetricsError
from sales_metrics.warehouse import DataDir

# Steps say here how they go on; the command shows it. Detail within a step is DEBUG.
PROGRESS = logging.getLogger("sales_metrics.progress")

KEPT_RUNS = 30
FACTS = "run.json"


@dataclass(frozen=True)
class FileAccount:
    """Where the records of one file went; the four last add up to `records`."""

    file: str
    table: str
    records: int
    loaded: int
    quarantined: int
    exact_repeats: int
    older_versions: int


@dataclass(frozen=True)
class Quarantined:
    """The rows of one file that could not be loaded; `path` is the CSV that names them."""

    file: str
    table: str
    rows: int
    path: str


@dataclass
class Section:
    """What one step did. A step fills in what it knows; times and errors come by themselves."""

    step: str
    started_at: str
    seconds: float = 0.0
    rows: int = 0
    error: str | None = None
    warnings: list[str] = field(default_factory=list)
    accounting: list[FileAccount] = field(default_factory=list)
    quarantine: list[Quarantined] = field(default_factory=list)
    published: dict[str, int] = field(default_factory=dict)


def sentence(problem: BaseException) -> str:
    """An error as it is told: those written for people as they are, others with their type."""
    if isinstance(problem, SalesMetricsError):
        return str(problem)
    return f"{type(problem).__name__}: {problem}"


class RunReport:
    """The report of the run `run_id` in a data folder."""

    def __init__(self, data: DataDir, run_id: str) -> None:
        self._data = data
        self._run_id = run_id
        self._folder = data.runs / run_id

    def begin(self, *, as_of: datetime, export_folder: Path, fictitious_company: bool) -> None:
        """Write what all steps share, once per run, and drop the sections of runs long past."""
        if (self._folder / FACTS).exists():
            return
        for folder in (self._data.runs, self._data.expectations):
            _keep_newest(folder, KEPT_RUNS - 1)
        facts = {
            "run_id": self._run_id,
            "as_of": _iso(as_of),
            "started_at": _iso(datetime.now(UTC)),
            "project_version": __version__,
            "export_folder": str(export_folder),
            "fictitious_company": fictitious_company,
        }
        _write(self._folder / FACTS, facts)

    @contextmanager
    def step(self, name: str) -> Iterator[Section]:
        """Time a step and write its section as it ends, well or not."""
        section = Section(step=name, started_at=_iso(datetime.now(UTC)))
        start = time.perf_counter()
        PROGRESS.info("%s ...", name, extra={"step": name, "phase": "start"})
        try:
            yield section
        except BaseException as problem:
            section.error = sentence(problem)
            raise
        finally:
            section.seconds = round(time.perf_counter() - start, 3)
            _write(self._folder / f"{name}.json", asdict(section))
            ended = "failed after" if section.error else f"{section.rows:,} rows in"
            PROGRESS.info(
                "%s: %s %.1f s", name, ended, section.seconds, extra={"step": name, "phase": "end"}
            )

    def has_done(self, steps: set[str]) -> bool:
        """Whether all these steps have ended well."""
        return steps <= {part["step"] for part in self._sections() if part["error"] is None}

    def failed(self) -> bool:
        """Whether `run_report.json` already tells of this run that it failed."""
        report = read_run_report(self._data)
        return (
            report is not None and report["run_id"] == self._run_id and report["status"] == "failed"
        )

    def succeed(self) -> dict[str, Any]:
        """Write `run_report.json` for a run that ended well, and return it."""
        return self._assemble("success", None)

    def fail(self, error: str) -> dict[str, Any]:
        """Write `run_report.json` for a run that did not, and return it.

        `error` is told if no step has an error of its own, which knows better.
        """
        own = [part["error"] for part in self._sections() if part["error"]]
        return self._assemble("failed", own[0] if own else error)

    def add_late_steps(self) -> dict[str, Any]:
        """Write the report of a failed run again, with the steps that ended after the failure."""
        report = read_run_report(self._data)
        return self.fail(report["error"] if report else "")

    def _assemble(self, status: Literal["success", "failed"], error: str | None) -> dict[str, Any]:
        sections = self._sections()
        facts_file = self._folder / FACTS
        facts = _read(facts_file) if facts_file.exists() else {"run_id": self._run_id}
        report = {
            "status": status,
            "error": error,
            **facts,
            "ended_at": _iso(datetime.now(UTC)),
            "steps": [
                {"step": part["step"], "seconds": part["seconds"], "rows": part["rows"]}
                for part in sections
            ],
            # A warning that two steps have seen is one warning.
            "warnings": list(dict.fromkeys(text for part in sections for text in part["warnings"])),
            "quarantine": [entry for part in sections for entry in part["quarantine"]],
            "accounting": [entry for part in sections for entry in part["accounting"]],
            "published": {
                table: rows for part in sections for table, rows in part["published"].items()
            },
        }
        _write(self._data.run_report, report)
        return report

    def _sections(self) -> list[dict[str, Any]]:
        """The sections written so far, in the order in which their steps began."""
        parts = [_read(path) for path in self._folder.glob("*.json") if path.name != FACTS]
        return sorted(parts, key=lambda part: (part["started_at"], part["step"]))


def read_run_report(data: DataDir) -> dict[str, Any] | None:
    """The newest run's report, or None before the first."""
    return _read(data.run_report) if data.run_report.exists() else None


def _iso(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _write(path: Path, content: dict[str, Any]) -> None:
    """Put a JSON file in place whole: a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    building = path.with_name(f"{path.name}.building-{os.getpid()}")
    with building.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
        file.write("\n")
        file.flush()
        os.fsync(file.fileno())
    building.replace(path)


def _keep_newest(folder: Path, count: int) -> None:
    """Remove all but the newest sub-folders."""
    if not folder.is_dir():
        return
    runs = sorted(folder.iterdir(), key=lambda run: run.stat().st_mtime, reverse=True)
    for run in runs[count:]:
        shutil.rmtree(run)
