"""What is released: the archives hold what they should, are the same bytes each time, and the changelog is ready."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.release import Refused, build, date_changelog, differences, licence_table, problems

ROOT = Path(__file__).parents[1]
EPOCH = 1_800_000_000


@pytest.mark.slow
def test_wheel_and_sdist_hold_the_packages_alone_and_a_second_build_is_the_same(tmp_path: Path) -> None:
    first, second = build(ROOT, tmp_path / "1", EPOCH), build(ROOT, tmp_path / "2", EPOCH)
    assert differences(first[0], first[1], ROOT) == []
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "__init__.py").write_text('__version__ = "1.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(
        "# Changelog\n\n## Unreleased\n\n## 1.2.0\n\n- New.\n\n## 1.1.0 - 2026-01-02\n"
    )
    git(tmp_path, "init", "--quiet")
    commit(tmp_path)
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "--quiet", "--message", "x")


def test_a_release_needs_a_date_in_the_changelog(checkout: Path) -> None:
    assert "1.2.0 has no date" in "".join(problems(checkout))
    date_changelog(checkout, "2026-12-01")
    assert "CHANGELOG.md" in "".join(problems(checkout))  # not committed yet
    commit(checkout)
    assert problems(checkout) == []
    with pytest.raises(Refused, match="without a date"):
        date_changelog(checkout, "2026-12-02")


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("bot/__init__.py", "1.2.0", "1.3.0", "bot/__init__.py says 1.3.0"),
        ("CHANGELOG.md", "Unreleased\n", "Unreleased\n\n- More.\n", "“Unreleased” isn't empty"),
    ],
)
def test_what_does_not_fit_together_is_refused(checkout: Path, file: str, old: str, new: str, reason: str) -> None:
    date_changelog(checkout, "2026-12-01")
    text = (checkout / file).read_text("utf-8")
    (checkout / file).write_text(text.replace(old, new, 1), "utf-8")
    commit(checkout)
    (found,) = problems(checkout)
    assert reason in found


def test_another_versions_tag_is_refused(checkout: Path) -> None:
    date_changelog(checkout, "2026-12-01")
    commit(checkout)
    git(checkout, "tag", "v1.1.9")
    assert "the tag v1.1.9" in "".join(problems(checkout))


def test_a_dependency_must_name_a_licence_that_binds_only_itself() -> None:
    kind = {"name": "a", "version": "1", "licenses": [{"license": {"id": "MIT"}}]}
    assert "| a | 1 | MIT |" in licence_table([kind])
    with pytest.raises(Refused, match="no licence named"):
        licence_table([kind | {"licenses": []}])
    with pytest.raises(Refused, match="GPL-3"):
        licence_table([kind | {"licenses": [{"expression": "GPL-3.0-only"}]}])
