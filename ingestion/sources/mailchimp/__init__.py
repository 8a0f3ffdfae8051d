"""Mailchimp's Marketing API: one JSON object a line."""
