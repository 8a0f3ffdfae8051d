"""What holds for the project as files: nothing of one machine is in it, and its docs are true."""

import re
import subprocess
from pathlib import Path

import pytest

from publishing.contract import contract
from sales_metrics.settings import Settings
from sales_metrics.warehouse import PROJECT_ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")
# Spelled so that this file does not name what it forbids.
MACHINE_PATH = re.compile(
    r"(?<![\w.~$}*-])/(?:" + "|".join(("work", "root", "home", "Users")) + r")/\w"
)


def _files() -> list[Path]:
    """Every file that is, or is to be, in version control."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = (PROJECT_ROOT / name for name in listed.split("\0") if name)
    return [path for path in paths if path.is_file()]


def _read(name: str) -> str:
    return (PROJECT_ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_name_versions_and_hashes_and_no_address(lock: str) -> None:
    text = _read(lock)
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    requirements = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
    assert len(requirements) > 100
    unpinned = [entry for entry in requirements if "==" not in entry.splitlines()[0]]
    unhashed = [entry for entry in requirements if "--hash=sha256:" not in entry]
    assert (unpinned, unhashed) == ([], [])


def test_the_development_lock_has_all_of_the_other_in_the_same_versions() -> None:
    run, development = (
        set(re.findall(r"^[a-z0-9-]+(?:\[[a-z,-]+\])?==\S+", _read(lock), re.MULTILINE))
        for lock in LOCKS
    )
    assert run - development == set()


def test_no_file_names_a_path_of_a_machine() -> None:
    found = []
    for path in _files():
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [
            f"{path.relative_to(PROJECT_ROOT)}: {match[0]}" for match in MACHINE_PATH.finditer(text)
        ]
    assert found == []


def test_readme_shows_the_two_commands() -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", _read("README.md"), re.MULTILINE | re.DOTALL)
    assert blocks == ["make run\n", "make test\n"]


def test_links_of_the_docs_lead_somewhere() -> None:
    links = [
        (document, target)
        for document in [PROJECT_ROOT / "README.md", *(PROJECT_ROOT / "docs").glob("*.md")]
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8"))
        if "://" not in target
    ]
    assert links
    assert [target for document, target in links if not (document.parent / target).exists()] == []


def test_every_setting_is_documented() -> None:
    settings = {f"SALES_{name.upper()}" for name in Settings.model_fields}
    example = re.findall(r"^#?(SALES_[A-Z_]+)=", _read(".env.example"), re.MULTILINE)
    assert sorted(example) == sorted(settings)
    table = re.findall(r"^\| `(SALES_[A-Z_]+)` \|", _read("docs/operations.md"), re.MULTILINE)
    assert sorted(table) == sorted(settings)


def test_the_examples_of_settings_are_allowed() -> None:
    """What `.env.example` shows can be taken as it is, where no folder has to be there first."""
    values = dict(re.findall(r"^#(SALES_[A-Z_]+)=(.*)$", _read(".env.example"), re.MULTILINE))
    settings = Settings(vars=values["SALES_VARS"], as_of=values["SALES_AS_OF"])
    assert settings.vars.overrides() == {
        "org_time_zone": "Europe/Berlin",
        "fiscal_year_start_month": 2,
    }
    assert settings.as_of is not None
    assert settings.as_of.isoformat() == "2026-09-30T18:00:00+00:00"


def test_every_mart_is_in_the_contract() -> None:
    models = {path.stem for path in (PROJECT_ROOT / "dbt_project/models/marts").rglob("*.sql")}
    assert models
    assert models <= contract().keys()


def test_the_command_of_ci_is_make_test() -> None:
    script = PROJECT_ROOT / ".ci" / "run"
    assert script.stat().st_mode & 0o100
    assert "set -euo pipefail" in script.read_text(encoding="utf-8")
    assert script.read_text(encoding="utf-8").rstrip().endswith("make test")
