"""What the headline says of each metric in a quarter, as text: a query of its marts each.

Nothing is computed here that the marts do not say but sums over reps. Which quarters there are, and
how the headline is printed, is not here.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NOTHING = "–"


def _saved_leads(marts: DuckDBPyConnection, quarter: str) -> dict[str, str]:
    lost, flagged, mailed, saved, won, amount = _row(
        marts,
        """
        select
            coalesce(sum(lost_qualified_leads), 0),
            coalesce(sum(flagged_leads), 0),
            coalesce(sum(enrolled_leads), 0),
            coalesce(sum(saved_leads), 0),
            coalesce(sum(saved_won_leads), 0),
            coalesce(sum(saved_won_amount), 0)
        from marts.saved_leads
        where quarter = ?
        """,
        quarter,
    )
    return {
        "lost / flagged / written to": f"{lost:,} / {flagged:,} / {mailed:,}",
        "saved": f"{saved:,}",
        "won after": f"{won:,}, {_money(marts, amount)}",
        "save rate, newest settled quarter": _newest(
            marts,
            quarter,
            """
            select quarter, sum(settled_saved_episodes) / sum(settled_episodes) as value
            from marts.saved_leads
            group by quarter
            having sum(settled_episodes) > 0
            """,
            "printf('%.1f%%', 100 * value)",
        ),
        "lift over no mailing": _newest(
            marts,
            quarter,
            "select quarter, lift_points as value from marts.saved_leads_baseline",
            "printf('%+.1f points', value)",
        ),
        "most saved leads": _leaders(
            marts, quarter, "saved_leads", "rank", "format('{} saved', saved_leads)"
        ),
    }


def _newest(marts: DuckDBPyConnection, quarter: str, by_quarter: str, value: str) -> str:
    """The value of the newest quarter until this one that has any: losses settle late."""
    found = marts.execute(
        f"""
        select {value} || ' (' || quarter || ')'
        from ({by_quarter})
        where quarter <= ? and value is not null
        order by quarter desc
        limit 1
        """,
        [quarter],
    ).fetchone()
    return found[0] if found else NOTHING


def _lead_response_time(marts: DuckDBPyConnection, quarter: str) -> dict[str, str]:
    answered, unanswered, within_sla_rate = _row(
        marts,
        """
        select
            coalesce(sum(answered), 0),
            coalesce(sum(unanswered), 0),
            sum(within_sla) / nullif(sum(answered_or_past_sla), 0)
        from marts.lead_response_time
        where quarter = ?
        """,
        quarter,
    )
    # The bands of an hour together, against the slowest: a rate of sums, no mean of rates.
    (lift,) = _row(
        marts,
        """
        select
            sum(reached_decision_maker) filter (where is_fast)
            / sum(cycles) filter (where is_fast)
            / nullif(
                sum(reached_decision_maker) filter (where band = '>24 h')
                / sum(cycles) filter (where band = '>24 h'),
                0
            )
        from (
            select *, band in ('≤5 min', '≤15 min', '≤1 h') as is_fast
            from marts.response_band_outcomes
            where quarter = ?
        )
        """,
        quarter,
    )
    return {
        "answered / unanswered": f"{answered:,} / {unanswered:,}",
        "within SLA": _share(within_sla_rate),
        "fastest response": _leaders(
            marts,
            quarter,
            "lead_response_time",
            "rank",
            "printf('median %.1f min', median_rep_response_seconds / 60)",
        ),
        "decision makers, ≤1 h over >24 h": NOTHING if lift is None else f"{lift:.1f}×",
    }


def _sales_velocity(marts: DuckDBPyConnection, quarter: str) -> dict[str, str]:
    won, lost, win_rate, amount = _row(
        marts,
        """
        select
            coalesce(sum(won), 0),
            coalesce(sum(lost), 0),
            sum(won) / nullif(sum(won) + sum(lost), 0),
            coalesce(sum(won_amount), 0)
        from marts.sales_velocity
        where quarter = ?
        """,
        quarter,
    )
    return {
        "won / lost": f"{won:,} / {lost:,}",
        "win rate": _share(win_rate),
        "won amount": _money(marts, amount),
        "fastest closer": _leaders(
            marts,
            quarter,
            "sales_velocity",
            "fastest_rank",
            "printf('median %.1f days', median_won_cycle_days)",
        ),
        "largest contract": _leaders(
            marts,
            quarter,
            "sales_velocity",
            "largest_rank",
            "format('{:,}', cast(largest_won_amount as bigint))",
        ),
    }


def _referrals_earned(marts: DuckDBPyConnection, quarter: str) -> dict[str, str]:
    asking, active, asked, eligible = _row(
        marts,
        """
        select
            coalesce(sum(asking_reps), 0),
            coalesce(sum(active_reps), 0),
            coalesce(sum(asked_customers), 0),
            coalesce(sum(eligible_customers), 0)
        from marts.referral_ask_coverage
        where quarter = ?
        """,
        quarter,
    )
    earned, qualified, won, amount = _row(
        marts,
        """
        select
            count(*),
            count(qualified_at),
            count(*) filter (where is_won),
            coalesce(sum(won_amount), 0)
        from marts.fct_referrals
        where created_quarter = ? and exclusion_reason is null
        """,
        quarter,
    )
    return {
        "reps who ask / active": f"{asking:,} / {active:,}",
        "customers asked / all": f"{asked:,} / {eligible:,}",
        "earned / qualified / won": f"{earned:,} / {qualified:,} / {won:,}",
        "won amount": _money(marts, amount),
        "return over other channels": _newest(
            marts,
            quarter,
            """
            select quarter, roi_points_over_others as value
            from marts.referral_roi
            where channel = 'referral' and is_mature
            """,
            "printf('%+.0f points', value)",
        ),
        "most referrals": _leaders(
            marts, quarter, "referrals_earned", "rank", "format('{} earned', referrals_earned)"
        ),
    }


def _data_enrichment(marts: DuckDBPyConnection, quarter: str) -> dict[str, str]:
    records, enriched, updates, check_ins, stale = _row(
        marts,
        """
        select
            coalesce(sum(records), 0),
            coalesce(sum(fields_enriched), 0),
            coalesce(sum(field_updates), 0),
            coalesce(sum(check_ins), 0),
            coalesce(sum(stale_open_deals), 0)
        from marts.data_enrichment
        where quarter = ?
        """,
        quarter,
    )
    return {
        "records judged": f"{records:,}",
        "fields enriched / updates": f"{enriched:,} / {updates:,}",
        "check-ins": f"{check_ins:,}",
        "stale open deals": f"{stale:,}",
        "best CRM steward": _leaders(
            marts, quarter, "data_enrichment", "rank", "printf('score %.1f', quality_score)"
        ),
    }


def _row(marts: DuckDBPyConnection, query: str, quarter: str) -> tuple[Any, ...]:
    """The only row of a query that sums."""
    (row,) = marts.execute(query, [quarter]).fetchall()
    return tuple(row)


def _share(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.1%}"


def _money(marts: DuckDBPyConnection, amount: Decimal) -> str:
    """An amount with the currency, if the export names one."""
    (currency,) = marts.execute(
        "select any_value(corporate_currency) from marts.meta"
    ).fetchone() or (None,)
    return f"{amount:,.0f} {currency or ''}".rstrip()


def _leaders(marts: DuckDBPyConnection, quarter: str, mart: str, rank: str, value: str) -> str:
    """The reps on rank 1, with their value."""
    found = marts.execute(
        f"""
        select coalesce(reps.rep_name, reps.rep_id), {value}
        from marts.{mart} as metric
        inner join marts.dim_reps as reps on metric.rep_id = reps.rep_id
        where metric.quarter = ? and metric.{rank} = 1
        order by 1
        """,
        [quarter],
    ).fetchall()
    if not found:
        return NOTHING
    return f"{', '.join(name for name, _ in found)} ({found[0][1]})"


# Mart -> the metric's name, and its measures in a quarter. A later metric adds a line.
METRICS: dict[str, tuple[str, Callable[[DuckDBPyConnection, str], dict[str, str]]]] = {
    "saved_leads": ("Saved qualified leads", _saved_leads),
    "lead_response_time": ("Lead response time", _lead_response_time),
    "sales_velocity": ("Sales velocity", _sales_velocity),
    "referrals_earned": ("Referrals earned", _referrals_earned),
    "data_enrichment": ("Data enrichment", _data_enrichment),
}
