# Two commands to start: `make run`, `make test`. The rest is for those who work on the project.

VENV := .venv
BIN := $(VENV)/bin
UV_VERSION := 0.13.9
PIP := $(BIN)/uv pip
# sqlglotrs: dagster-dbt still asks for it; this sqlglot does not use it, and warns where it finds it.
COMPILE := $(PIP) compile -q --universal --fork-strategy fewest --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-package sqlglotrs --custom-compile-command "make lock" pyproject.toml

DAGSTER_HOME_OF_DATA := from sales_metrics.settings import load_settings as s; print(s().data.dagster)

# The linter compiles the models, and leaves the warehouse alone.
SQLFLUFF := SALES_WAREHOUSE_PATH=:memory: SALES_HISTORY_PATH=:memory: \
	DBT_TARGET_PATH="$(CURDIR)/dbt_project/target/lint" DBT_LOG_PATH="$(CURDIR)/dbt_project/logs" \
	PYTHONWARNINGS=ignore::UserWarning $(BIN)/sqlfluff

# Nothing is reported to anybody, and no progress bar fills a log.
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export RUNTIME__DLTHUB_TELEMETRY := false
export GX_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1

.PHONY: run test dev check check-sql bench lock clean
.DEFAULT_GOAL := run

run: $(VENV)/run.stamp ## the whole job, from the export folder to the published file
	@$(BIN)/sales-metrics run

test: check ## everything that CI runs
	@$(BIN)/sales-metrics prepare
	@$(BIN)/pytest

dev: $(VENV)/run.stamp ## Dagster's UI on 127.0.0.1:3000
	@$(BIN)/sales-metrics prepare
	@DAGSTER_HOME="$$($(BIN)/python -c '$(DAGSTER_HOME_OF_DATA)')" \
		$(BIN)/dagster dev -h 127.0.0.1 -w workspace.yaml

check: $(VENV)/dev.stamp ## lint, types, SQL
	@$(BIN)/ruff check -q .
	@$(BIN)/ruff format --check -q .
	@$(BIN)/mypy
	@$(MAKE) --no-print-directory check-sql

check-sql: $(VENV)/dev.stamp
	@$(SQLFLUFF) lint -q -p 2 dbt_project

bench: $(VENV)/run.stamp ## seconds of each step of the whole job, of the models on a large company, of a million leads by API
	@$(BIN)/python bench/job.py
	@$(BIN)/python bench/models.py
	@$(BIN)/python bench/quality_rules.py
	@$(BIN)/python bench/salesforce_bulk.py

lock: $(BIN)/uv ## both lock files, from pyproject.toml; `make lock UPGRADE=--upgrade` takes newer versions
	@$(COMPILE) $(UPGRADE) --extra dev -o requirements-dev.lock
	@$(COMPILE) $(UPGRADE) -c requirements-dev.lock -o requirements.lock

clean: ## the environment and all caches; the data folder stays
	@rm -rf $(VENV) *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis dbt_project/target dbt_project/logs

# Compiled at once: where Python may not write beside its modules, each run would compile them all again.
SYNC := $(PIP) sync -q --python $(BIN)/python --require-hashes --compile-bytecode

# A stamp says which lock the environment was made from; as long as it is newer, nothing is installed.
$(VENV)/run.stamp: requirements.lock pyproject.toml | $(BIN)/uv
	@echo "Installing what the job needs ..."
	@$(SYNC) requirements.lock
	@$(PIP) install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/dev.stamp && touch $@

$(VENV)/dev.stamp: requirements-dev.lock pyproject.toml | $(BIN)/uv
	@echo "Installing what the job and its tests need ..."
	@$(SYNC) requirements-dev.lock
	@$(PIP) install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $(VENV)/run.stamp $@

$(BIN)/uv:
	@python=$$(for name in python3.11 python3 python; do \
		$$name -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2> /dev/null && echo $$name && break; done); \
	if [ -z "$$python" ]; then \
		echo "Python 3.11 is needed, and neither python3.11, python3 nor python is one: install it and run make again." >&2; exit 1; fi; \
	$$python -m venv $(VENV) || { echo "$$python cannot make an environment: install its venv module (Debian: python3.11-venv) and run make again." >&2; exit 1; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv==$(UV_VERSION)
