"""An export folder for a company that does not exist: its people, prospects, deals and mail.

Only source records are written here, in the form that the real systems export. What they mean, and
what is counted from them, belongs to the models; nothing here knows the marts.
"""

from ingestion.sample_company.writer import SampleSummary, write_sample_company

__all__ = ["SampleSummary", "write_sample_company"]
