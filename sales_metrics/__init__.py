"""What every part shares: settings, paths, errors, the command. Nothing heavy is imported here."""

__version__ = "0.1.0"
