"""The cases, recounted once for the tests that look at the recount alone."""

import pytest

from tests.recount.cases import CASES, recount_runs, write_case
from tests.recount.recount import Recount


@pytest.fixture(scope="session")
def recounts(tmp_path_factory: pytest.TempPathFactory) -> list[Recount]:
    return [recount_runs(write_case(case, tmp_path_factory.mktemp("company"))) for case in CASES]
