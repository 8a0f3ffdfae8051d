"""The way out: the published file and what it promises. No metric is computed here."""
