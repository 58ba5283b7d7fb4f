"""Which release `make upgrade` begins with, and what it says where there is none."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from deploy.local.layout import ROOT
from tests.chaos.report import Report
from tests.upgrade import __main__ as command
from tests.upgrade import tree
from tests.upgrade.rolling import ORDER, Upgraded
from tests.upgrade.tree import NoRelease, commit_of, latest_release, unpack

WHO = ("-c", "user.name=Nobody", "-c", "user.email=nobody@nowhere.example")
FIGURES = dict.fromkeys(Report.__dataclass_fields__, 0) | {"accepted": 40, "alerts": 30}


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two commits, and no tag."""
    monkeypatch.setattr(tree, "ROOT", tmp_path)
    (tmp_path / "services").mkdir()
    git(tmp_path, "init", "-q")
    for text in ("first", "second"):
        (tmp_path / "services" / "words").write_text(text)
        git(tmp_path, "add", ".")
        git(tmp_path, *WHO, "commit", "-q", "-m", text)
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


def test_the_latest_release_is_the_highest_version(history: Path) -> None:
    for tag in ("v0.9.0", "v0.10.0", "v0.2.0", "trial"):
        git(history, "tag", tag)
    assert latest_release() == "v0.10.0"


@pytest.mark.usefixtures("history")
def test_without_a_release_it_says_what_to_give() -> None:
    with pytest.raises(NoRelease, match="make upgrade FROM="):
        latest_release()


@pytest.mark.usefixtures("history")
def test_the_older_tree_is_laid_down_as_it_was(tmp_path: Path) -> None:
    laid = unpack(commit_of("HEAD~1"), tmp_path / "older")
    assert (laid / "services" / "words").read_text() == "first"


def test_a_name_that_nothing_has_is_refused_in_one_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command.main(["--from", "no-such-release"]) == os.EX_USAGE
    assert capsys.readouterr().err == "no-such-release is no commit, branch or tag here\n"


@pytest.mark.parametrize("wrong", ["lost", "duplicated", "stuck"])
def test_only_what_lost_doubled_and_held_nothing_is_clean(wrong: str) -> None:
    assert Upgraded.of("abc", 10, 0, Report(**FIGURES)).is_clean
    assert not Upgraded.of("abc", 10, 0, Report(**{**FIGURES, wrong: 1})).is_clean
    assert not Upgraded.of("abc", 10, 1, Report(**FIGURES)).is_clean


def test_the_last_line_begins_with_where_it_came_from() -> None:
    told = Upgraded.of("abc", len(ORDER), 0, Report(**FIGURES)).as_json()
    assert told.startswith('{"from": "abc", "replaced": 10, "by_force": 0, "submitted": 40, ')


def test_make_passes_the_release_on() -> None:
    asked = ["make", "--dry-run", "upgrade", "FROM=HEAD~20", "SEED=7"]
    told = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert "deploy.local upgrade --from HEAD~20 --seed 7" in told
