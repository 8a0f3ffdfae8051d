"""Salesforce: one CSV file an object."""
