"""The error that is written for people. What raises it lives with the thing that went wrong."""


class SalesMetricsError(Exception):
    """Something the user can mend; its message is one sentence: what, where, and what to do."""
