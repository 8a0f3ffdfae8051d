"""One company of the usual size, written once and read back as text, for all tests here."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from ingestion.sample_company import write_sample_company

Rows = list[dict[str, str]]


class Export:
    """An export folder, read with the standard library."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._csv: dict[str, Rows] = {}
        self._jsonl: dict[str, list[dict[str, Any]]] = {}

    def rows(self, path: str) -> Rows:
        """The records of `salesforce/Lead` and the like."""
        if path not in self._csv:
            with (self.folder / f"{path}.csv").open(encoding="utf-8", newline="") as file:
                self._csv[path] = list(csv.DictReader(file, strict=True))
        return self._csv[path]

    def crm(self, table: str) -> Rows:
        """The records of a Salesforce object."""
        return self.rows(f"salesforce/{table}")

    def objects(self, resource: str) -> list[dict[str, Any]]:
        """The objects of a Mailchimp resource."""
        if resource not in self._jsonl:
            text = (self.folder / "mailchimp" / f"{resource}.jsonl").read_text(encoding="utf-8")
            self._jsonl[resource] = [json.loads(line) for line in text.splitlines()]
        return self._jsonl[resource]


@pytest.fixture(scope="session")
def export(tmp_path_factory: pytest.TempPathFactory) -> Export:
    """The company by default: about 3,000 leads."""
    folder = tmp_path_factory.mktemp("sample") / "company"
    write_sample_company(folder)
    return Export(folder)
