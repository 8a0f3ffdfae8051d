"""The referral programme: three canonical CSV files."""
