"""Salesforce: one CSV file an object, or its APIs: Bulk 2.0, and REST where that does not serve."""
