from datetime import UTC, datetime

from tests.ingestion.servers.breaking import break_at_each_request

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TABLES = {
    "referrers": "referrer_id",
    "referrals": "referral_id, status",
    "rewards": "reward_id, status",
}


def test_no_referral_of_rewardful_is_lost_by_a_load_that_broke_off(from_rewardful, company) -> None:
    company.enrol(1)
    company.refer(1, "2026-02-01T00:00:00Z")

    def more() -> None:
        company.enrol(2)
        company.referrals[0].update(conversion_state="lead", updated_at="2026-03-01T20:00:00Z")
        company.refer(2, "2026-03-01T21:00:00Z")
        company.reward(1, "r1", 100, "due")

    assert break_at_each_request(company, from_rewardful, NOW, [more], TABLES) == {
        "referrers": [("a1",), ("a2",)],
        "referrals": [("r1", "lead"), ("r2", "visited")],
        "rewards": [("c1", "eligible")],
    }


def test_no_referral_of_referral_rock_is_lost_by_a_load_that_broke_off(
    from_referral_rock, programme
) -> None:
    programme.enrol(1)
    programme.refer(1)

    def more() -> None:
        programme.referrals[0]["status"] = "Qualified"
        programme.reward(1)

    assert break_at_each_request(programme, from_referral_rock, NOW, [more], TABLES) == {
        "referrers": [("m1",)],
        "referrals": [("r1", "qualified")],
        "rewards": [("w1", "pending")],
    }
