"""The referral programme's files (section 4) as they are as of as_of: only what rows say."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from tests.recount.rules import Company, Row
from tests.recount.values import address, full_id, stamp, trimmed


@dataclass(frozen=True)
class Referrer:
    """Somebody who refers others; `account` as the programme names it."""

    address: str | None
    account: str | None
    code: str | None


@dataclass(frozen=True)
class ReferralRow:
    """A row of `referrals`."""

    id: str
    referrer: str | None
    address: str | None
    status: str
    created_at: datetime | None


@dataclass(frozen=True)
class Reward:
    """A reward that is not void; `amount` is None where nobody knows what it is worth."""

    referral: str | None
    amount: Decimal | None
    created_at: datetime | None


class Programme:
    """What the referral programme knows."""

    def __init__(self, company: Company) -> None:
        self.company = company

    def _existing(self, name: str, column: str) -> list[Row]:
        """0.2: the rows without an instant of their own after as_of."""
        result = []
        for row in self.company.read(f"referrals/{name}"):
            at = stamp(row[column])
            if at is None or at <= self.company.setting.as_of:
                result.append(row)
        return result

    @cached_property
    def referrers(self) -> dict[str, Referrer]:
        return {
            str(trimmed(row["referrer_id"])): Referrer(
                address=address(row["email"]),
                account=full_id(trimmed(row["crm_account_id"])),
                code=trimmed(row["code"]),
            )
            for row in self._existing("referrers", "joined_at")
        }

    @cached_property
    def rows(self) -> list[ReferralRow]:
        return [
            ReferralRow(
                id=str(trimmed(row["referral_id"])),
                referrer=trimmed(row["referrer_id"]),
                address=address(row["referee_email"]),
                status=str(trimmed(row["status"])).lower(),
                created_at=stamp(row["created_at"]),
            )
            for row in self._existing("referrals", "created_at")
        ]

    @cached_property
    def rewards(self) -> list[Reward]:
        return [
            Reward(
                referral=trimmed(row["referral_id"]),
                amount=self.company.money(row["amount"], row["currency"]),
                created_at=stamp(row["created_at"]),
            )
            for row in self._existing("rewards", "created_at")
            if str(trimmed(row["status"])).lower() != "void"
        ]

    def referrer_of(self, row: ReferralRow) -> Referrer | None:
        return self.referrers.get(row.referrer or "")
