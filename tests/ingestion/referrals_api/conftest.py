"""Two platforms at servers on this machine, and loads from them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from ingestion.sources.referrals import referral_rock, rewardful
from sales_metrics.connections import ReferralRockConnection, RewardfulConnection
from tests.ingestion.servers.loading import HURRIED, Loading
from tests.ingestion.servers.referral_rock import ReferralRockServer
from tests.ingestion.servers.rewardful import RewardfulServer


@pytest.fixture
def company() -> Iterator[RewardfulServer]:
    with RewardfulServer() as server:
        yield server


@pytest.fixture
def from_rewardful(company: RewardfulServer, tmp_path: Path) -> Loading:
    connection = RewardfulConnection(SecretStr(company.secret), base_url=company.url)
    return Loading(
        "referrals",
        "rewardful",
        lambda: rewardful.open_api(connection, patience=HURRIED),
        tmp_path / "data",
    )


@pytest.fixture
def programme() -> Iterator[ReferralRockServer]:
    with ReferralRockServer() as server:
        yield server


@pytest.fixture
def from_referral_rock(programme: ReferralRockServer, tmp_path: Path) -> Loading:
    connection = ReferralRockConnection(
        SecretStr(programme.public), SecretStr(programme.private), base_url=programme.url
    )
    return Loading(
        "referrals",
        "referral_rock",
        lambda: referral_rock.open_api(connection, patience=HURRIED),
        tmp_path / "data",
    )
