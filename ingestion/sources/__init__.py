"""One folder a source: its tables as data (`tables.py`), how its files are read (`export.py`)."""
