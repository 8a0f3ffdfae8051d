"""All that is recounted of a company, table by table, and the keys of those tables."""

from functools import cached_property
from pathlib import Path

from tests.recount.activities import Activities
from tests.recount.asks import Asks
from tests.recount.audience import Audience
from tests.recount.awards import Awards, Kept
from tests.recount.check_ins import CheckIns
from tests.recount.enrichment import Enrichment
from tests.recount.figures import Figures
from tests.recount.links import WeakestLink
from tests.recount.losses import Losses
from tests.recount.mail import Mail
from tests.recount.prospects import Prospects
from tests.recount.quality import Quality
from tests.recount.referrals import Referrals
from tests.recount.response import Response
from tests.recount.roi import Roi
from tests.recount.rules import Company, Setting
from tests.recount.saved import Saved
from tests.recount.scorecard import Scorecard, Totals
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
    "marts.sales_scorecard": ("quarter", "rep_id", "metric"),
    "marts.metric_totals": ("quarter", "team", "metric"),
    "marts.weakest_link": ("quarter", "link"),
    "marts.incentive_awards": ("quarter", "award", "place", "rep_id"),
    "marts.award_evidence": ("quarter", "award", "rep_id", "record_id"),
    "marts.incentive_adjustments": ("quarter", "award", "place", "rep_id", "found_quarter"),
    "activation.reactivation_audience": ("prospect_id",),
    "intermediate.int_crm_records": ("object", "record_id"),
}
QUARTERS = ("quarter", "lost_quarter", "signal_quarter", "created_quarter", "found_quarter")


class Recount:
    """A company counted again, section by section.

    `kept` is what the runs before this one left: quality snapshots, awards, what changed in them.
    """

    def __init__(
        self, folder: Path, seeds: Path, setting: Setting, kept: Kept | None = None
    ) -> None:
        kept = kept or Kept()
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
        self.enrichment = Enrichment(self.asks, self.quality, kept.snapshots)
        self.figures = Figures(self.saved, self.response, self.referrals, self.enrichment)
        self.links = WeakestLink(self.figures)
        self.audience = Audience(self.saved)
        self.kept = kept

    @cached_property
    def awards(self) -> Awards:
        quarters = self.velocity.dim_quarters(_named(self._facts))
        return Awards(self.figures, self.kept, [row["quarter"] for row in quarters])

    @cached_property
    def _facts(self) -> dict[str, Mart]:
        """The tables of sections 1 to 5."""
        return {
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

    @cached_property
    def marts(self) -> dict[str, Mart]:
        """Every table by its name in the warehouse."""
        of_reps = {name.split(".")[1]: rows for name, rows in self._facts.items()}
        sections: dict[str, Mart] = {
            **self._facts,
            "marts.sales_scorecard": Scorecard(self.company, of_reps).sales_scorecard(),
            "marts.metric_totals": Totals(self.figures).metric_totals(),
            "marts.weakest_link": self.links.weakest_link(),
            "marts.incentive_awards": self.awards.incentive_awards(),
            "marts.award_evidence": self.awards.award_evidence(),
            "marts.incentive_adjustments": self.awards.incentive_adjustments(),
            "activation.reactivation_audience": self.audience.reactivation_audience(),
        }
        return {
            "marts.dim_reps": self.velocity.dim_reps(),
            "marts.dim_quarters": self.velocity.dim_quarters(_named(sections)),
            **sections,
            "intermediate.int_crm_records": self.velocity.crm_records(),
        }


def _named(tables: dict[str, Mart]) -> set[str]:
    """The quarters that tables name."""
    return {
        str(row[column])
        for rows in tables.values()
        for row in rows
        for column in QUARTERS
        if row.get(column) is not None
    }
