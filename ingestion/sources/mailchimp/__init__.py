"""Mailchimp: from JSON lines, one object each, or by its Marketing API."""
