"""`make scenarios`: the alerts of a case as people live through them, one line for each scenario.

The last line is one JSON object; the exit code is 0 only if every scenario came out as it must.
"""

from __future__ import annotations

import json
import os
import sys

import pytest

FOLDER = "tests/scenarios"
MEASURED = f"{FOLDER}/test_many_at_once.py"
TOGETHER, ALONE = (FOLDER, f"--ignore={MEASURED}", "-n", "2"), (MEASURED,)
DONE = {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
QUIETLY = "addopts=-p no:pytest_nameko -p no:terminal --import-mode=importlib --dist loadfile"
FIGURES = ("first_notice_p99_ms", "burst_first_notice_p99_ms")


class Progress:
    """Says how each scenario came out, and counts."""

    def __init__(self) -> None:
        self.scenarios = self.failed = 0
        self.figures: dict[str, object] = dict.fromkeys(FIGURES)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in what became of a scenario, or of what it needed."""
        if report.when == "call" or report.failed:
            self.scenarios += report.when == "call"
            self.failed += report.failed
            self.figures |= dict(report.user_properties)
            how = "FAILED" if report.failed else "ok    "
            _say(f"{report.duration:6.1f} s  {how}  {_of(report)}")
            if report.failed:
                _say(report.longreprtext)
                _say(_logs(report))

    def as_json(self) -> str:
        """Return the last line."""
        return json.dumps({"scenarios": self.scenarios, "failed": self.failed, **self.figures})


def main(arguments: list[str]) -> int:
    """Run every scenario, or those that the arguments name as pytest takes them: -k links.

    What is measured comes last, with nothing beside it.
    """
    progress = Progress()
    codes = {
        pytest.main([*which, "-o", QUIETLY, *arguments], plugins=[progress])
        for which in (TOGETHER, ALONE)
    }
    _say(progress.as_json())
    return os.EX_OK if codes <= DONE and progress.scenarios else 1


def _logs(report: pytest.TestReport) -> str:
    return "\n".join(text for title, text in report.sections if title.startswith("log of"))


def _of(report: pytest.TestReport) -> str:
    name = report.nodeid.rpartition("::")[2].removeprefix("test_")
    return name.replace("_", " ")


def _say(text: str) -> None:
    if text:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
