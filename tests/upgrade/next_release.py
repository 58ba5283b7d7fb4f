"""A service of the next release: an event in a second version, and a document in a second form.

`python -m tests.upgrade.next_release risk --role all` says `risk_assessed` in both versions; the
second gives the two figures of a score as one range. So started, notifications hears both, and
reads alerts of both forms; the second form calls `severity` gravity. It writes the form that
`NEXT_WRITES` names: 1 in the release that brings the form, 2 in the one after.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tests.support.turned import become

WRITES = "NEXT_WRITES"
EVENT, OLD, NEW = "risk_assessed", 1, 2
FIGURES = ("score", "score_max_if_unknown")


def to_v2(data: Mapping[str, Any]) -> dict[str, Any]:
    """From version 1 to version 2 of `risk_assessed`: the step that would stand in `upcasts`."""
    rest = {name: value for name, value in data.items() if name not in FIGURES}
    least, most = (data[name] for name in FIGURES)
    return {**rest, "score_range": {"least": least, "most": most}}


def to_form_2(document: Mapping[str, Any]) -> dict[str, Any]:
    """From form 1 to form 2 of an alert."""
    rest = {name: value for name, value in document.items() if name != "severity"}
    return {**rest, "gravity": document["severity"]}


def publish_contract() -> None:
    """Put version 2 into the catalogue, beside version 1."""
    from marshmallow import fields  # noqa: PLC0415 - see `become`

    from services.contracts import catalogue, risk, upcasts  # noqa: PLC0415 - see `become`
    from services.contracts import vocabulary as v  # noqa: PLC0415 - see `become`

    class ScoreRange(v.Data):
        least, most = v.count(allow_none=True), v.count(allow_none=True)

    class RiskAssessedV2(risk.RiskAssessedV1):
        """A case has been scored; its score is a range."""

        class Meta(v.Data.Meta):
            exclude = FIGURES

        score_range = fields.Nested(ScoreRange, required=True)

    added = catalogue.Contract(EVENT, NEW, "risk", RiskAssessedV2, ("notifications",))
    catalogue.CONTRACTS = (*catalogue.CONTRACTS, added)
    catalogue.CATALOGUE = {(each.type, each.version): each for each in catalogue.CONTRACTS}
    catalogue._SCHEMAS = {key: each.schema() for key, each in catalogue.CATALOGUE.items()}
    upcasts.STEPS = {(EVENT, OLD): to_v2}


def say_both() -> None:
    """Have risk announce an assessment in both versions."""
    from services.contracts.envelope import Announcement  # noqa: PLC0415 - see `become`
    from services.risk import announcements  # noqa: PLC0415 - see `become`

    announce = announcements.announce

    def in_both(profile: Any, event: object) -> list[Announcement]:
        said = announce(profile, event)
        return [said, replace(said, version=NEW, data=to_v2(said.data))]

    announcements.announce = in_both


def hear_both() -> None:
    """Have notifications hear both versions; what comes in the first is lifted."""
    from services.chassis.messaging.consume import hears  # noqa: PLC0415 - see `become`
    from services.contracts import upcasts  # noqa: PLC0415 - see `become`
    from services.notifications.consumers import Consumers  # noqa: PLC0415 - see `become`

    raise_alert = Consumers.on_risk_assessed

    def on_risk_assessed_v2(self: Any, heard: Any) -> None:
        data = {**heard.data, **dict(zip(FIGURES, _range(heard.data), strict=True))}
        raise_alert(self, replace(heard, envelope=replace(heard.envelope, data=data)))

    def on_risk_assessed(self: Any, heard: Any) -> None:
        data = upcasts.lift(EVENT, OLD, heard.data, to=NEW, steps=upcasts.STEPS)
        lifted = replace(heard.envelope, version=NEW, data=data)
        on_risk_assessed_v2(self, replace(heard, envelope=lifted))

    Consumers.on_risk_assessed = hears(EVENT, OLD)(on_risk_assessed)
    Consumers.on_risk_assessed_v2 = hears(EVENT, NEW)(on_risk_assessed_v2)


def _range(data: Mapping[str, Any]) -> tuple[int | None, int | None]:
    return data["score_range"]["least"], data["score_range"]["most"]


def keep_alerts(writes: int) -> None:
    """Have alerts read in both forms and written in one."""
    from services.notifications.repository.alerts import Alerts  # noqa: PLC0415 - see `become`

    root, document = Alerts.root, Alerts.document
    Alerts.FORM, Alerts.LIFTS, Alerts.WRITES = 2, {1: to_form_2}, writes
    Alerts.root = lambda self, stored: root(self, {**stored, "severity": stored["gravity"]})
    if writes == Alerts.FORM:
        Alerts.document = lambda self, alert: to_form_2(document(self, alert))


def _alter(service: str) -> None:
    publish_contract()
    if service == "risk":
        say_both()
    if service == "notifications":
        hear_both()
        keep_alerts(int(os.environ.get(WRITES, "1")))


def main() -> None:
    """Become the service that the command line names."""
    service = sys.argv.pop(1)
    become(service, lambda: _alter(service))


if __name__ == "__main__":
    main()
