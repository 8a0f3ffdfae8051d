"""All that is recounted of a company, table by table, and the keys of those tables."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from tests.recount.activities import Activities
from tests.recount.asks import Asks
from tests.recount.check_ins import CheckIns
from tests.recount.enrichment import Enrichment
from tests.recount.losses import Losses
from tests.recount.mail import Mail
from tests.recount.prospects import Prospects
from tests.recount.quality import Quality
from tests.recount.referrals import Referrals
from tests.recount.response import Response
from tests.recount.roi import Roi
from tests.recount.rules import Company, Setting
from tests.recount.saved import Saved
from tests.recount.touches import Touches
from tests.recount.values import Mart
from tests.recount.velocity import Velocity

KEYS = {
    "marts.dim_reps": ("rep_id",),
    "marts.dim_quarters": ("quarter",),
    "marts.fct_loss_episodes": ("prospect_id", "lost_at"),
    "marts.saved_leads": ("quarter", "rep_id"),
    "marts.saved_leads_baseline": ("quarter",),
    "marts.fct_response_cycles": ("lead_id", "signal_at"),
    "marts.lead_response_time": ("quarter", "rep_id"),
    "marts.response_band_outcomes": ("quarter", "band"),
    "marts.unanswered_leads": ("lead_id", "signal_at"),
    "marts.fct_stage_visits": ("opportunity_id", "visit_number"),
    "marts.fct_sales_cycles": ("opportunity_id",),
    "marts.sales_velocity": ("quarter", "rep_id"),
    "marts.stage_durations": ("quarter", "stage"),
    "marts.workload_effect": ("workload_quartile",),
    "marts.fct_referrals": ("referral_id",),
    "marts.referrals_earned": ("quarter", "rep_id"),
    "marts.referral_ask_coverage": ("quarter",),
    "marts.referral_roi": ("quarter", "channel"),
    "marts.crm_rule_results": ("snapshot_date", "object", "rule", "rep_id"),
    "marts.crm_quality": ("snapshot_date", "object", "rep_id"),
    "marts.data_enrichment": ("quarter", "rep_id"),
    "intermediate.int_crm_records": ("object", "record_id"),
}
QUARTERS = ("quarter", "lost_quarter", "signal_quarter", "created_quarter")


class Recount:
    """A company counted again, section by section.

    `runs_before` are the instants as of which runs were made before this one, in their order: the
    warehouse keeps their quality snapshots.
    """

    def __init__(
        self, folder: Path, seeds: Path, setting: Setting, runs_before: Sequence[datetime] = ()
    ) -> None:
        self.company = Company(folder, seeds, setting)
        self.velocity = Velocity(self.company)
        self.prospects = Prospects(self.company)
        self.losses = Losses(self.prospects, self.velocity)
        self.saved = Saved(self.losses, Mail(self.company))
        self.activities = Activities(self.prospects)
        self.response = Response(self.activities, self.velocity)
        self.asks = Asks(self.prospects, self.velocity)
        self.referrals = Referrals(self.asks)
        self.roi = Roi(self.referrals)
        self.check_ins = CheckIns(self.activities)
        self.quality = Quality(self.velocity, Touches(self.check_ins))
        kept = [
            Recount(folder, seeds, replace(setting, as_of=as_of)).quality.snapshot
            for as_of in runs_before
        ]
        self.enrichment = Enrichment(self.asks, self.quality, kept)

    @cached_property
    def marts(self) -> dict[str, Mart]:
        """Every table by its name in the warehouse."""
        sections: dict[str, Mart] = {
            "marts.fct_loss_episodes": self.saved.fct_loss_episodes(),
            "marts.saved_leads": self.saved.saved_leads(),
            "marts.saved_leads_baseline": self.saved.saved_leads_baseline(),
            "marts.fct_response_cycles": self.response.fct_response_cycles(),
            "marts.lead_response_time": self.response.lead_response_time(),
            "marts.response_band_outcomes": self.response.response_band_outcomes(),
            "marts.unanswered_leads": self.response.unanswered_leads(),
            "marts.fct_stage_visits": self.velocity.fct_stage_visits(),
            "marts.fct_sales_cycles": self.velocity.fct_sales_cycles(),
            "marts.sales_velocity": self.velocity.sales_velocity(),
            "marts.stage_durations": self.velocity.stage_durations(),
            "marts.workload_effect": self.velocity.workload_effect(),
            "marts.fct_referrals": self.referrals.fct_referrals(),
            "marts.referrals_earned": self.referrals.referrals_earned(),
            "marts.referral_ask_coverage": self.asks.referral_ask_coverage(),
            "marts.referral_roi": self.roi.referral_roi(),
            "marts.crm_rule_results": [
                row for day in self.enrichment.snapshots for row in day.crm_rule_results()
            ],
            "marts.crm_quality": [
                row for day in self.enrichment.snapshots for row in day.crm_quality()
            ],
            "marts.data_enrichment": self.enrichment.data_enrichment(),
        }
        named = {
            str(row[column])
            for rows in sections.values()
            for row in rows
            for column in QUARTERS
            if row.get(column) is not None
        }
        return {
            "marts.dim_reps": self.velocity.dim_reps(),
            "marts.dim_quarters": self.velocity.dim_quarters(named),
            **sections,
            "intermediate.int_crm_records": self.velocity.crm_records(),
        }
