"""All that is recounted of a company, table by table, and the keys of those tables."""

from functools import cached_property
from pathlib import Path

from tests.recount.activities import Activities
from tests.recount.losses import Losses
from tests.recount.mail import Mail
from tests.recount.prospects import Prospects
from tests.recount.response import Response
from tests.recount.rules import Company, Setting
from tests.recount.saved import Saved
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
    "intermediate.int_crm_records": ("object", "record_id"),
}
QUARTERS = ("quarter", "lost_quarter", "signal_quarter")


class Recount:
    """A company counted again, section by section."""

    def __init__(self, folder: Path, seeds: Path, setting: Setting) -> None:
        self.company = Company(folder, seeds, setting)
        self.velocity = Velocity(self.company)
        self.prospects = Prospects(self.company)
        self.losses = Losses(self.prospects, self.velocity)
        self.saved = Saved(self.losses, Mail(self.company))
        self.activities = Activities(self.prospects)
        self.response = Response(self.activities, self.velocity)

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
        }
        named = {
            str(row[column])
            for rows in sections.values()
            for row in rows
            for column in QUARTERS
            if column in row
        }
        return {
            "marts.dim_reps": self.velocity.dim_reps(),
            "marts.dim_quarters": self.velocity.dim_quarters(named),
            **sections,
            "intermediate.int_crm_records": self.velocity.crm_records(),
        }
