"""A made-up company as an export folder: all its parts, one after the other."""

import random
from pathlib import Path

from tests.recount.company import Builder, Plan
from tests.recount.company_audience import write_audience
from tests.recount.company_check_ins import write_check_ins
from tests.recount.company_crowd import write_crowd, write_customers
from tests.recount.company_fields import write_fields
from tests.recount.company_losses import write_losses
from tests.recount.company_mail import Mailings
from tests.recount.company_outreach import write_outreach
from tests.recount.company_prizes import write_prizes
from tests.recount.company_referrals import write_referrals
from tests.recount.company_teams import write_teams


class MadeUpCompany:
    """A company whose files can be written as they are at last, or as they were before that."""

    def __init__(self, plan: Plan) -> None:
        self._builder = builder = Builder(plan, random.Random(plan.seed))
        builder.users()
        builder.lists()
        builder.accounts_and_contacts()
        builder.any_deals()
        builder.level_race()
        builder.strays()
        builder.any_leads()
        builder.races_into_a_deal()
        self._mailings = Mailings(builder)
        write_losses(builder, self._mailings)
        write_outreach(builder)
        write_referrals(builder)
        write_check_ins(builder)
        write_fields(builder)
        write_teams(builder)
        write_customers(builder)
        write_crowd(builder)
        write_prizes(builder, self._mailings)
        write_audience(builder, self._mailings)

    @property
    def service_users(self) -> list[str]:
        """The users who belong in the seed `service_users`."""
        return self._builder.service_users

    def write(self, folder: Path, state: int) -> None:
        self._builder.write(folder, state)
        self._mailings.write(folder)
