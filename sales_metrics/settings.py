"""Every setting of the project, one class, read from the environment or `.env`.

What a setting means to dbt stands in `variables.py`; where files lie, in `warehouse.py`.
"""

from __future__ import annotations

import json
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from sales_metrics.addresses import checked_address
from sales_metrics.errors import SalesMetricsError
from sales_metrics.variables import Variables
from sales_metrics.warehouse import PROJECT_ROOT, DataDir

# The fictitious company's last day. Fixed, so that the same seed gives the same bytes for ever.
SAMPLE_COMPANY_AS_OF = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)

DLT_CONFIG = PROJECT_ROOT / ".dlt" / "config.toml"
DLT_SECRETS = PROJECT_ROOT / ".dlt" / "secrets.toml"

_SOURCE = "export, api or off"
_ADDRESS = "an address that begins with https:// (http:// only for this machine itself)"
_SECRET = "the secret as the source gave it"

ALLOWED = {
    "SALES_EXPORT_DIR": "the path of an export folder (see docs/data-engineers.md)",
    "SALES_DATA_DIR": "the path of a folder that may be written to",
    "SALES_AS_OF": "an ISO timestamp such as 2026-09-30T18:00:00Z (without a zone it is UTC)",
    "SALES_VARS": 'a JSON object of dbt variables such as {"org_time_zone": "Europe/Berlin"}',
    "SALES_SEEDS_DIR": "the path of a folder with CSV files named like the default seeds",
    "SALES_SALESFORCE_SOURCE": "export or api",
    "SALES_MAILCHIMP_SOURCE": _SOURCE,
    "SALES_BADGER_SOURCE": _SOURCE,
    "SALES_REFERRALS_SOURCE": "export, rewardful, referral_rock or off",
    "SALES_SALESFORCE_LOGIN_URL": _ADDRESS,
    "SALES_SALESFORCE_CLIENT_ID": "the consumer key of the connected app",
    "SALES_SALESFORCE_CLIENT_SECRET": _SECRET,
    "SALES_SALESFORCE_REFRESH_TOKEN": _SECRET,
    "SALES_SALESFORCE_JWT_KEY_FILE": "the path of a private key in PEM format",
    "SALES_SALESFORCE_USERNAME": "the user name that goes with the private key",
    "SALES_SALESFORCE_API_VERSION": "a version of Salesforce's API such as 62.0",
    "SALES_SALESFORCE_BASE_URL": _ADDRESS,
    "SALES_SALESFORCE_API_SHARE": "a share of the daily requests above 0, up to 1, such as 0.8",
    "SALES_SALESFORCE_SWEEP_DAYS": "a number of days from 1",
    "SALES_MAILCHIMP_API_KEY": _SECRET,
    "SALES_MAILCHIMP_BASE_URL": _ADDRESS,
    "SALES_REWARDFUL_API_SECRET": _SECRET,
    "SALES_REWARDFUL_BASE_URL": _ADDRESS,
    "SALES_REFERRAL_ROCK_PUBLIC_KEY": _SECRET,
    "SALES_REFERRAL_ROCK_PRIVATE_KEY": _SECRET,
    "SALES_REFERRAL_ROCK_BASE_URL": _ADDRESS,
    "SALES_BADGER_TOKEN": _SECRET,
    "SALES_BADGER_BASE_URL": _ADDRESS,
}

# The sections below [sources] in dlt's own files that hold settings of the same name.
_DLT_SECTIONS = ("salesforce", "mailchimp", "badger", "referrals", "rewardful", "referral_rock")


def _one_line(secret: SecretStr) -> SecretStr:
    """Without blanks around it; what cannot stand in a header would be told in an error."""
    value = secret.get_secret_value().strip()
    if not (value.isascii() and value.isprintable()):
        raise ValueError("it holds characters that no secret has")
    return SecretStr(value)


Secret = Annotated[SecretStr, AfterValidator(_one_line)]
Address = Annotated[str, AfterValidator(checked_address)]
Source = Literal["export", "api", "off"]


class _DltFile(PydanticBaseSettingsSource):
    """dlt's `config.toml` or `secrets.toml`, for those who keep settings there.

    `[sources.export] folder`, and `[sources.mailchimp] api_key` for SALES_MAILCHIMP_API_KEY.
    """

    def __init__(self, settings_cls: type[BaseSettings], path: Path) -> None:
        super().__init__(settings_cls)
        self._path = path

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        if not self._path.is_file():
            return {}
        try:
            config = tomllib.loads(self._path.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as problem:
            # What is wrong in a file of secrets may be a secret: its place will do.
            place = re.search(r"\(at (line \d+, column \d+|end of document)\)", str(problem))
            where = f" ({place[1]})" if place else ""
            raise SalesMetricsError(f"{self._path} is no valid TOML{where}.") from None
        sources = config.get("sources", {})
        folder = sources.get("export", {}).get("folder")
        values = {} if folder is None else {"export_dir": folder}
        for section in _DLT_SECTIONS:
            for key, value in sources.get(section, {}).items():
                if (name := f"{section}_{key}") in self.settings_cls.model_fields:
                    values[name] = value
        return values


class Settings(BaseSettings):
    """All settings. Build it with `load_settings`, which explains what is wrong."""

    model_config = SettingsConfigDict(
        env_prefix="SALES_",
        env_file=PROJECT_ROOT / ".env",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    export_dir: Path | None = None
    data_dir: Path = Path("data")
    as_of: datetime | None = None
    vars: Annotated[Variables, NoDecode] = Field(default_factory=Variables)
    seeds_dir: Path | None = None

    salesforce_source: Source = "export"
    mailchimp_source: Source = "export"
    badger_source: Source = "export"
    referrals_source: Literal["export", "rewardful", "referral_rock", "off"] = "export"

    salesforce_login_url: Address = "https://login.salesforce.com"
    salesforce_client_id: str | None = None
    salesforce_client_secret: Secret | None = None
    salesforce_refresh_token: Secret | None = None
    salesforce_jwt_key_file: Path | None = None
    salesforce_username: str | None = None
    salesforce_api_version: Annotated[str, Field(pattern=r"^[0-9]{2,3}\.0$")] = "62.0"
    salesforce_base_url: Address | None = None
    salesforce_api_share: Annotated[float, Field(gt=0, le=1)] = 0.8
    salesforce_sweep_days: Annotated[int, Field(ge=1)] = 7
    mailchimp_api_key: Secret | None = None
    mailchimp_base_url: Address | None = None
    rewardful_api_secret: Secret | None = None
    rewardful_base_url: Address | None = None
    referral_rock_public_key: Secret | None = None
    referral_rock_private_key: Secret | None = None
    referral_rock_base_url: Address | None = None
    badger_token: Secret | None = None
    badger_base_url: Address | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then `.env`, then dlt's own files."""
        files = (_DltFile(settings_cls, path) for path in (DLT_SECRETS, DLT_CONFIG))
        return init_settings, env_settings, dotenv_settings, *files

    @field_validator("salesforce_source")
    @classmethod
    def _salesforce_is_needed(cls, value: Source) -> Source:
        if value == "off":
            raise ValueError("without Salesforce's users and deals nothing can be measured")
        return value

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
        return self.reads_from("salesforce") == "export" and (
            self.export_folder == self.data.sample_company
        )

    def reads_from(self, source: str) -> str:
        """`export`, `off`, or which API of the source is read."""
        return str(getattr(self, f"{source}_source"))

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
        if ALLOWED[name] in (_SECRET, _ADDRESS):
            # An address may hold a password, too.
            raise SalesMetricsError(
                f"{name} cannot be used: {reason}. Allowed is {ALLOWED[name]}."
            ) from None
        raise SalesMetricsError(
            f"{name} is {error['input']!r}{where}: {reason}. Allowed is {ALLOWED[name]}."
        ) from problem
