"""dbt's unit tests, one by one, in a scratch database: the job itself leaves them out."""

from typing import Any

import pytest
import yaml

from sales_metrics.warehouse import DBT_PROJECT
from tests.dbt.conftest import Dbt


def _names() -> list[str]:
    """Every unit test in the models' YAML files."""
    files = (yaml.safe_load(path.read_text()) for path in DBT_PROJECT.glob("models/**/*.yml"))
    return sorted(test["name"] for file in files for test in (file or {}).get("unit_tests", ()))


@pytest.fixture(scope="session")
def results(scratch: Dbt) -> dict[str, dict[str, Any]]:
    """Name of each unit test -> what dbt says of it."""
    done = scratch("test", "--select", "test_type:unit")
    assert done.returncode in (0, 1), done.stdout
    return scratch.results()


@pytest.mark.parametrize("name", _names())
def test_unit(name: str, results: dict[str, dict[str, Any]]) -> None:
    result = results[name]
    assert result["status"] == "pass", result["message"]


def test_names_are_unique() -> None:
    assert len(_names()) == len(set(_names()))
