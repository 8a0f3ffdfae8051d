"""Dagster's instance in the data folder: its configuration, and the pool with one slot.

What runs in it is `definitions.py`'s.
"""

import shutil
from pathlib import Path

from sales_metrics.warehouse import DataDir

DAGSTER_YAML = Path(__file__).with_name("dagster.yaml")
# Every step that writes the warehouse is in this pool; dagster.yaml gives it one slot.
WAREHOUSE_POOL = "warehouse"


def set_up_instance(data: DataDir) -> None:
    """Make the data folder's Dagster instance what `dagster.yaml` here says."""
    import dagster as dg

    data.dagster.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(DAGSTER_YAML, data.dagster / DAGSTER_YAML.name)
    with dg.DagsterInstance.from_config(str(data.dagster)) as instance:
        # Dagster's queue learns of a pool by the first runs that name it, and lets those through
        # side by side: so it is told before.
        instance.event_log_storage.initialize_concurrency_limit_to_default(WAREHOUSE_POOL)
