"""The referral programme: three canonical tables, from CSV files or from a platform's API."""
