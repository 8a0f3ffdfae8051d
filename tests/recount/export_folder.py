"""A made-up company as an export folder: all its parts, one after the other."""

import random
from pathlib import Path

from tests.recount.company import Builder, Plan
from tests.recount.company_check_ins import write_check_ins
from tests.recount.company_fields import write_fields
from tests.recount.company_losses import write_losses
from tests.recount.company_mail import Mailings
from tests.recount.company_outreach import write_outreach
from tests.recount.company_referrals import write_referrals


def write_company(plan: Plan, folder: Path) -> list[str]:
    """Write the company's export folder; returns the users that belong in service_users."""
    builder = Builder(plan, random.Random(plan.seed))
    builder.users()
    builder.lists()
    builder.accounts_and_contacts()
    builder.any_deals()
    builder.level_race()
    builder.strays()
    builder.any_leads()
    builder.races_into_a_deal()
    mailings = Mailings(builder)
    write_losses(builder, mailings)
    write_outreach(builder)
    write_referrals(builder)
    write_check_ins(builder)
    write_fields(builder)
    builder.write(folder)
    mailings.write(folder)
    return builder.service_users
