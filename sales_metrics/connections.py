"""What it takes to reach each source by its API; every secret is wrapped, so that none is printed.

Where the values come from is said in `settings.py`, what is done with them in `ingestion/sources/`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import SecretStr

from sales_metrics.errors import SalesMetricsError

if TYPE_CHECKING:
    from sales_metrics.settings import Settings

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class SalesforceConnection:
    """An organisation, and one of three ways in.

    A refresh token, a key file with a user's name (JWT bearer), or a client secret alone (client
    credentials). `base_url` replaces the instance's address that the log-in names. `api_share` is
    the part of the daily requests at which reading stops, `sweep_days` the time between two
    sweeps for records that are gone.
    """

    login_url: str
    client_id: str
    client_secret: SecretStr | None = None
    refresh_token: SecretStr | None = None
    jwt_key_file: Path | None = None
    username: str | None = None
    api_version: str = "62.0"
    base_url: str | None = None
    api_share: float = 0.8
    sweep_days: int = 7


@dataclass(frozen=True)
class MailchimpConnection:
    """An account; its data centre is the end of the key."""

    api_key: SecretStr
    base_url: str | None = None


@dataclass(frozen=True)
class RewardfulConnection:
    """A Rewardful company."""

    api_secret: SecretStr
    base_url: str | None = None


@dataclass(frozen=True)
class ReferralRockConnection:
    """A Referral Rock account."""

    public_key: SecretStr
    private_key: SecretStr
    base_url: str | None = None


@dataclass(frozen=True)
class BadgerConnection:
    """A Badger Maps account."""

    token: SecretStr
    base_url: str | None = None


Connection = (
    SalesforceConnection
    | MailchimpConnection
    | RewardfulConnection
    | ReferralRockConnection
    | BadgerConnection
)


def connection_to(platform: str, settings: Settings) -> Connection:
    """The connection to `salesforce`, `mailchimp`, `rewardful`, `referral_rock` or `badger`.

    Raises SalesMetricsError naming the setting that is missing.
    """
    return _CONNECTIONS[platform](settings)


def _salesforce(settings: Settings) -> SalesforceConnection:
    client_id = _needed(settings.salesforce_client_id, "SALES_SALESFORCE_CLIENT_ID")
    if settings.salesforce_refresh_token is None:
        if settings.salesforce_jwt_key_file is not None:
            _needed(settings.salesforce_username, "SALES_SALESFORCE_USERNAME")
        else:
            _needed(
                settings.salesforce_client_secret,
                "SALES_SALESFORCE_CLIENT_SECRET, SALES_SALESFORCE_JWT_KEY_FILE or "
                "SALES_SALESFORCE_REFRESH_TOKEN",
            )
    return SalesforceConnection(
        login_url=settings.salesforce_login_url,
        client_id=client_id,
        client_secret=settings.salesforce_client_secret,
        refresh_token=settings.salesforce_refresh_token,
        jwt_key_file=settings.salesforce_jwt_key_file,
        username=settings.salesforce_username,
        api_version=settings.salesforce_api_version,
        base_url=settings.salesforce_base_url,
        api_share=settings.salesforce_api_share,
        sweep_days=settings.salesforce_sweep_days,
    )


def _mailchimp(settings: Settings) -> MailchimpConnection:
    key = _needed(settings.mailchimp_api_key, "SALES_MAILCHIMP_API_KEY")
    return MailchimpConnection(key, settings.mailchimp_base_url)


def _rewardful(settings: Settings) -> RewardfulConnection:
    secret = _needed(settings.rewardful_api_secret, "SALES_REWARDFUL_API_SECRET")
    return RewardfulConnection(secret, settings.rewardful_base_url)


def _referral_rock(settings: Settings) -> ReferralRockConnection:
    return ReferralRockConnection(
        _needed(settings.referral_rock_public_key, "SALES_REFERRAL_ROCK_PUBLIC_KEY"),
        _needed(settings.referral_rock_private_key, "SALES_REFERRAL_ROCK_PRIVATE_KEY"),
        settings.referral_rock_base_url,
    )


def _badger(settings: Settings) -> BadgerConnection:
    return BadgerConnection(
        _needed(settings.badger_token, "SALES_BADGER_TOKEN"), settings.badger_base_url
    )


def _needed(value: _Value | None, names: str) -> _Value:
    if value is None:
        raise SalesMetricsError(
            f"{names} is not set: the connection needs it. Set it in the environment, in .env or "
            "in .dlt/secrets.toml (docs/data-engineers.md)."
        )
    return value


_CONNECTIONS: dict[str, Callable[[Settings], Connection]] = {
    "salesforce": _salesforce,
    "mailchimp": _mailchimp,
    "rewardful": _rewardful,
    "referral_rock": _referral_rock,
    "badger": _badger,
}
