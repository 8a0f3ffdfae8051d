"""The variables of the models: their names and what is allowed. Their defaults stand in
`dbt_project/dbt_project.yml`, and nowhere else."""

from __future__ import annotations

import re
from typing import Annotated, Any, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(
            f"'{name}' is no time zone; allowed are the names of the tz database, such as "
            "'UTC', 'Europe/Berlin' or 'America/New_York'"
        )
    return name


def _regular_expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as problem:
        raise ValueError(f"'{pattern}' is no regular expression: {problem}") from problem
    return pattern


Zone = Annotated[str, AfterValidator(_known_zone)]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_regular_expression)]
Days = Annotated[float, Field(ge=0)]
Values = list[str]


class QualityScoreWeights(BaseModel):
    """How much each part of the quality score weighs; parts without a value leave."""

    model_config = ConfigDict(extra="forbid")

    completeness: float = Field(ge=0)
    validity: float = Field(ge=0)
    freshness: float = Field(ge=0)

    @model_validator(mode="after")
    def _some_weight(self) -> Self:
        if self.completeness + self.validity + self.freshness == 0:
            raise ValueError("at least one weight must be above 0")
        return self


class Variables(BaseModel):
    """What `SALES_VARS` may override; an unset one keeps its default in dbt_project.yml."""

    model_config = ConfigDict(extra="forbid", strict=True)

    org_time_zone: Zone | None = None
    fiscal_year_start_month: Annotated[int, Field(ge=1, le=12)] | None = None
    minimum_volume: Annotated[int, Field(ge=0)] | None = None
    reopen_grace_days: Days | None = None
    reactivation_flag_field: Annotated[str, Field(min_length=1)] | None = None
    reactivation_window_days: Days | None = None
    reactivation_campaign_pattern: Pattern | None = None
    auto_reply_pattern: Pattern | None = None
    decision_maker_pattern: Pattern | None = None
    decision_maker_roles: Values | None = None
    response_sla_minutes: Days | None = None
    non_new_business_types: Values | None = None
    referral_attribution_days: Days | None = None
    referral_ask_types: Values | None = None
    referral_ask_pattern: Pattern | None = None
    gross_margin: Annotated[float, Field(ge=0)] | None = None
    freshness_half_life_days: Annotated[float, Field(gt=0)] | None = None
    quality_score_weights: QualityScoreWeights | None = None
    check_in_activity_types: Values | None = None
    close_grace_days: Annotated[int, Field(ge=0)] | None = None

    def overrides(self) -> dict[str, Any]:
        """The variables that are set, as dbt takes them."""
        return self.model_dump(exclude_none=True)
