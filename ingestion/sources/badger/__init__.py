"""Badger Maps: the check-ins of the reps, from a CSV file or by its API."""
