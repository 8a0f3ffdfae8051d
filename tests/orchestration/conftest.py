"""Definitions as a run has them: dbt's manifest made, the settings those of a folder of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from orchestration.dbt_manifest import prepare_manifest
from sales_metrics.warehouse import DataDir


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataDir]:
    """An empty data folder, and no other setting; set before any definition is loaded."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("SALES_")]:
            patch.delenv(name)
        root = tmp_path_factory.mktemp("orchestration")
        patch.setenv("SALES_DATA_DIR", str(root / "data"))
        patch.setenv("SALES_EXPORT_DIR", str(root / "export"))
        patch.setenv("SALES_AS_OF", "2026-04-01T00:00:00Z")
        yield DataDir(root / "data")


@pytest.fixture(scope="session")
def definitions(data: DataDir) -> dg.Definitions:
    """What the code location sales_metrics defines."""
    prepare_manifest()
    from orchestration.definitions import defs

    return defs


@pytest.fixture
def project_root() -> Path:
    return Path(__file__).parents[2]
