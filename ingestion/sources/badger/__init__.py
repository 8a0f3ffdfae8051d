"""Badger Maps: the check-ins of the reps."""
