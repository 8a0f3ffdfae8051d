"""Every setting of the project, one class, read from the environment or `.env`.

What a setting means to dbt stands in `variables.py`; where files lie, in `warehouse.py`.
"""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from sales_metrics.errors import SalesMetricsError
from sales_metrics.variables import Variables
from sales_metrics.warehouse import PROJECT_ROOT, DataDir

# The fictitious company's last day. Fixed, so that the same seed gives the same bytes for ever.
SAMPLE_COMPANY_AS_OF = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)

DLT_CONFIG = PROJECT_ROOT / ".dlt" / "config.toml"

ALLOWED = {
    "SALES_EXPORT_DIR": "the path of an export folder (see docs/data-engineers.md)",
    "SALES_DATA_DIR": "the path of a folder that may be written to",
    "SALES_AS_OF": "an ISO timestamp such as 2026-09-30T18:00:00Z (without a zone it is UTC)",
    "SALES_VARS": 'a JSON object of dbt variables such as {"org_time_zone": "Europe/Berlin"}',
    "SALES_SEEDS_DIR": "the path of a folder with CSV files named like the default seeds",
}


class _DltConfig(PydanticBaseSettingsSource):
    """`[sources.export] folder` of `.dlt/config.toml`, for those who keep settings there."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        if not DLT_CONFIG.is_file():
            return {}
        try:
            config = tomllib.loads(DLT_CONFIG.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as problem:
            raise SalesMetricsError(f"{DLT_CONFIG} is no valid TOML: {problem}.") from problem
        folder = config.get("sources", {}).get("export", {}).get("folder")
        return {} if folder is None else {"export_dir": folder}


class Settings(BaseSettings):
    """All settings. Build it with `load_settings`, which explains what is wrong."""

    model_config = SettingsConfigDict(
        env_prefix="SALES_",
        env_file=PROJECT_ROOT / ".env",
        env_ignore_empty=True,
        extra="ignore",
    )

    export_dir: Path | None = None
    data_dir: Path = Path("data")
    as_of: datetime | None = None
    vars: Annotated[Variables, NoDecode] = Field(default_factory=Variables)
    seeds_dir: Path | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then `.env`, then dlt's own config file."""
        return init_settings, env_settings, dotenv_settings, _DltConfig(settings_cls)

    @field_validator("as_of", mode="before")
    @classmethod
    def _iso_timestamp(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        instant = datetime.fromisoformat(value.strip())
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)

    @field_validator("vars", mode="before")
    @classmethod
    def _json_object(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return json.loads(value)

    @field_validator("seeds_dir")
    @classmethod
    def _seeds_folder_exists(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError("there is no such folder")
        return value

    @property
    def data(self) -> DataDir:
        """The paths under the data folder."""
        return DataDir(self.data_dir.expanduser().resolve())

    @property
    def reads_sample_company(self) -> bool:
        """Whether the company that does not exist is what is read."""
        return self.export_folder == self.data.sample_company

    @property
    def export_folder(self) -> Path:
        """The export folder, absolute; the sample company's unless one is set."""
        if self.export_dir is None:
            return self.data.sample_company
        return self.export_dir.expanduser().resolve()

    def as_of_for(self, run_start: datetime) -> datetime:
        """`as_of` of a run that starts at `run_start`: set, the sample's last day, or now (UTC)."""
        if self.as_of is not None:
            return self.as_of
        return SAMPLE_COMPANY_AS_OF if self.reads_sample_company else run_start.astimezone(UTC)


def load_settings() -> Settings:
    """Read the settings; a wrong one raises SalesMetricsError with its name and what is allowed."""
    try:
        return Settings()
    except ValidationError as problem:
        error = problem.errors()[0]
        location = [str(part) for part in error["loc"]]
        name = f"SALES_{location[0].upper()}"
        reason = str(error["ctx"]["error"]) if "error" in error.get("ctx", {}) else error["msg"]
        if error["type"] == "extra_forbidden":
            reason = f"there is no such variable; known are {', '.join(Variables.model_fields)}"
        where = f", variable {'.'.join(location[1:])}" if location[1:] else ""
        raise SalesMetricsError(
            f"{name} is {error['input']!r}{where}: {reason}. Allowed is {ALLOWED[name]}."
        ) from problem
