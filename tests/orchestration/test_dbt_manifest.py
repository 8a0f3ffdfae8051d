"""The manifest is made again when the project has changed, and only then."""

import shutil
from pathlib import Path

import pytest

from orchestration import dbt_manifest
from sales_metrics.errors import SalesMetricsError


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one model, in the place of the real one."""
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "models" / "one.sql").write_text("select 1 as number\n")
    (folder / "dbt_project.yml").write_text("name: tiny\nprofile: tiny\n")
    (folder / "profiles.yml").write_text(
        "tiny: {target: duckdb, outputs: {duckdb: {type: duckdb, path: ':memory:'}}}\n"
    )
    monkeypatch.setattr(dbt_manifest, "DBT_PROJECT", folder)
    monkeypatch.setattr(dbt_manifest, "TARGET", folder / "target")
    monkeypatch.setattr(dbt_manifest, "MANIFEST", folder / "target" / "manifest.json")
    monkeypatch.setattr(dbt_manifest, "MADE_FROM", folder / "target" / "made_from.txt")
    return folder


def models() -> set[str]:
    return set(dbt_manifest.read_manifest()["nodes"])


def test_a_changed_project_is_parsed_again_and_an_unchanged_one_is_not(project: Path) -> None:
    with pytest.raises(SalesMetricsError, match="run `sales-metrics prepare` first"):
        dbt_manifest.read_manifest()
    assert dbt_manifest.prepare_manifest() is True
    assert models() == {"model.tiny.one"}
    assert dbt_manifest.prepare_manifest() is False

    shutil.move(project / "models" / "one.sql", project / "models" / "two.sql")
    assert dbt_manifest.prepare_manifest() is True
    assert models() == {"model.tiny.two"}

    # A project that does not parse says why, and is not taken for prepared.
    (project / "models" / "two.sql").write_text("select * from {{ ref('nothing') }}\n")
    for _ in range(2):
        with pytest.raises(SalesMetricsError, match="nothing"):
            dbt_manifest.prepare_manifest()
