"""The same rooms in each service, under the same names."""

from __future__ import annotations

import pytest

from tests.house.source import ROOT, SERVICES, faults, files

ROOMS = {
    "README.md",
    "__init__.py",
    "__main__.py",
    "service.py",
    "api.py",
    "consumers.py",
    "usecases.py",
    "repository.py",
    "announcements.py",
    "schemas.py",
    "tally.py",
    "domain/__init__.py",
    "domain/model.py",
    "domain/events.py",
    "domain/errors.py",
}
WHERE_NEEDED = {"timers.py", "settings.py"}
RULES = {
    "referrals": "domain/intake.py",
    "risk": "domain/dash.py",
    "sessions": "domain/engagement.py",
    "notifications": "domain/escalation.py",
}
FREE = ("domain/", "channels/")
HEADINGS = ("Owns", "Hears", "Says", "Serves", "Needs", "When it fails")

EACH = pytest.mark.parametrize("service", SERVICES)


def rooms(service: str) -> set[str]:
    """Return the rooms; one that has outgrown a file is a folder of the same name."""
    home = f"services/{service}/"
    found = {one.name.removeprefix(home) for one in files(f"{home}**")}
    return {_outgrown(room) or room for room in found}


def _outgrown(room: str) -> str | None:
    folder, _, inside = room.partition("/")
    return f"{folder}.py" if inside and f"{folder}.py" in ROOMS | WHERE_NEEDED else None


@EACH
def test_a_service_has_every_room(service: str) -> None:
    missing = {*ROOMS, RULES[service]} - rooms(service)
    assert not missing, faults(sorted(missing))


@EACH
def test_a_service_has_no_other_room(service: str) -> None:
    other = {room for room in rooms(service) if not room.startswith(FREE)} - ROOMS - WHERE_NEEDED
    assert not other, faults(sorted(other))


def test_only_notifications_has_channels() -> None:
    found = {one for one in SERVICES for room in rooms(one) if room.startswith("channels/")}
    assert found <= {"notifications"}


@EACH
def test_a_service_is_started_by_one_line(service: str) -> None:
    text = (ROOT / "services" / service / "__main__.py").read_text(encoding="utf-8")
    body = text.partition('"""\n')[2].strip()
    assert body == (
        "from services.chassis.launcher import launch\n\n"
        'if __name__ == "__main__":\n'
        f'    launch("services.{service}.service:{service.capitalize()}")'
    )


@EACH
def test_a_readme_answers_the_same_questions_everywhere(service: str) -> None:
    text = (ROOT / "services" / service / "README.md").read_text(encoding="utf-8")
    headings = tuple(line.lstrip("# ") for line in text.splitlines() if line.startswith("## "))
    assert headings == HEADINGS
