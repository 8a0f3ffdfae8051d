"""Runs the command while Great Expectations finds that every lead has an e-mail: a lie that must
show in the published results. Not a test itself: `test_quality.py` starts it."""

from typing import Any

from expectations import scoring
from sales_metrics.cli import app

judge = scoring.validate_batch


def forgiving(suite: Any, batch: Any) -> Any:
    """What Great Expectations says, without any lead that lacks an e-mail."""
    verdict = judge(suite, batch)
    for result in verdict.results:
        if result.expectation_config.meta["rule"] == "Email:filled":
            result.result["unexpected_index_list"] = []
            result.result["unexpected_count"] = 0
    return verdict


if __name__ == "__main__":
    scoring.validate_batch = forgiving
    app(["run"])
