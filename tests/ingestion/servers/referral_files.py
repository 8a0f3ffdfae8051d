"""The referral files of an export folder, for those who cut them to what a platform knows."""

import csv
from pathlib import Path


def read_referral_file(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of `referrals/<name>.csv`."""
    with (folder / "referrals" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_referral_file(folder: Path, name: str, rows: list[dict[str, str]]) -> None:
    """Replace them."""
    with (folder / "referrals" / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
