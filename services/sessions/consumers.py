"""The event door: what other services say of a case becomes facts on its file.

Each method is named after its event, as its queue is; neither is ever renamed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from services.chassis.messaging.consume import Heard, hears
from services.sessions import usecases
from services.sessions.domain.model import CaseFile
from services.sessions.domain.referral import Referral
from services.sessions.domain.timeline import Entry
from services.sessions.repository import CaseFiles


class Consumers:
    """The events that this service hears."""

    parts: Any

    @hears("referral_submitted", 1)
    def on_referral_submitted(self, heard: Heard) -> None:
        """Open the file, or add a further referral to it."""
        data = heard.data
        codes = ("repeat",) if data["repeat_of_case"] else ()
        referral = _referral(heard, "submitted", data["agency_id"])
        usecases.hear_referral(
            _files(self.parts, heard),
            _bare(heard),
            referral,
            _of_referral(heard, data["agency_id"], codes),
        )

    @hears("referral_status_changed", 1)
    def on_referral_status_changed(self, heard: Heard) -> None:
        """Let the case follow its referral."""
        data = heard.data
        referral = _referral(heard, data["to"], data["by"])
        entry = _of_referral(heard, data["by"], (data["to"], data["reason_code"]))
        usecases.hear_referral(_files(self.parts, heard), _bare(heard), referral, entry)

    @hears("risk_assessed", 1)
    def on_risk_assessed(self, heard: Heard) -> None:
        """Keep the newest band."""
        data = heard.data
        worsened = "worsened" if data["worsened"] else None
        entry = _entry(heard, codes=(data["band"], *data["grounds"], worsened))
        usecases.hear_assessment(
            _files(self.parts, heard), _bare(heard), data["number"], data["band"], entry
        )

    @hears("alert_raised", 1)
    def on_alert_raised(self, heard: Heard) -> None:
        """Note that an alert is open."""
        self._note_alert(heard, heard.data["kind"], heard.data["severity"])

    @hears("alert_reassessed", 1)
    def on_alert_reassessed(self, heard: Heard) -> None:
        """Note that an open alert has a newer assessment."""
        worsened = "worsened" if heard.data["worsened"] else None
        self._note_alert(heard, heard.data["severity"], worsened)

    @hears("alert_escalated", 1)
    def on_alert_escalated(self, heard: Heard) -> None:
        """Note that the next people were told."""
        self._note_alert(heard, f"level_{heard.data['level']}", heard.data["reason"])

    @hears("alert_delivered", 1)
    def on_alert_delivered(self, heard: Heard) -> None:
        """Note whom an alert reached."""
        self._note_alert(heard, heard.data["channel"])

    @hears("alert_acknowledged", 1)
    def on_alert_acknowledged(self, heard: Heard) -> None:
        """Note who took an alert on."""
        self._note_alert(heard)

    @hears("alert_actioned", 1)
    def on_alert_actioned(self, heard: Heard) -> None:
        """Note what was done about an alert."""
        self._note_alert(heard, heard.data["action"])

    @hears("alert_resolved", 1)
    def on_alert_resolved(self, heard: Heard) -> None:
        """Note how an alert ended."""
        self._note_alert(heard, heard.data["outcome"])

    @hears("alert_delivery_failed", 1)
    def on_alert_delivery_failed(self, heard: Heard) -> None:
        """Note whom an alert could not reach."""
        self._note_alert(heard, heard.data["channel"])

    def _note_alert(self, heard: Heard, *codes: str | None) -> None:
        data = heard.data
        entry = _entry(
            heard, by=data.get("responder_id"), reference=data["alert_reference"], codes=codes
        )
        usecases.hear_alert(_files(self.parts, heard), _bare(heard), entry)


def _files(parts: Any, heard: Heard) -> CaseFiles:
    files: CaseFiles = parts.files.under(heard.context)
    return files


def _bare(heard: Heard) -> CaseFile:
    return CaseFile.bare(
        id=heard.envelope.case_id,
        reference=heard.data["case_reference"],
        area=heard.data["area"],
        at=heard.envelope.occurred_at,
    )


def _referral(heard: Heard, status: str, by: str) -> Referral:
    data = heard.data
    return Referral(data["referral_reference"], status, heard.envelope.seq, by, data["area"])


def _of_referral(heard: Heard, by: str, codes: Iterable[str | None]) -> Entry:
    return _entry(heard, by=by, reference=heard.data["referral_reference"], codes=codes)


def _entry(
    heard: Heard,
    *,
    by: str | None = None,
    reference: str | None = None,
    codes: Iterable[str | None] = (),
) -> Entry:
    told = tuple(code for code in codes if code)
    return Entry(heard.envelope.type, heard.envelope.occurred_at, by, reference, told)
