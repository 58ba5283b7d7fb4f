"""From a notice to its provider: the words in her language, the link, the channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.chassis.auth import MANAGERS
from services.chassis.logs import describe, get_logger
from services.chassis.traceparent import current_traceparent
from services.chassis.tracing import Kind, Tracing
from services.notifications.channels import texts
from services.notifications.channels.protocol import Message, Refused, Sender, Unreachable
from services.notifications.domain.links import Links
from services.notifications.domain.notices import Notice
from services.notifications.domain.responders import Channel, Responder
from services.notifications.usecases import dispatch

FIRST = ("raised", "worsened", "case_allocated", "handed_over")
_log = get_logger(__name__)


class Sending:
    """Sends notices by the channels that this installation has."""

    def __init__(
        self, senders: Mapping[Channel, Sender], links: Links, tracing: Tracing | None = None
    ) -> None:
        self._senders, self._links, self._tracing = senders, links, tracing or Tracing()

    @property
    def channels(self) -> frozenset[Channel]:
        """Return the channels by which anything can be sent."""
        return frozenset(self._senders)

    def __call__(
        self, about: Sequence[dispatch.About], person: Responder, address: str
    ) -> str | None:
        """Hand a message over; return what the provider calls it.

        Raises:
            dispatch.NotTaken: the provider did not take it; its text is in the log.

        """
        channel, outcome = about[0].notice.channel.value, "not_sent"
        span = self._tracing.begin(Kind.CLIENT, current_traceparent())
        try:
            provider_id = self._handed_over(about, person, address)
            outcome = "sent"
        finally:
            failed = outcome != "sent"
            span.end(f"send {channel}", has_failed=failed, channel=channel, outcome=outcome)
        return provider_id

    def _handed_over(
        self, about: Sequence[dispatch.About], person: Responder, address: str
    ) -> str | None:
        notice = about[0].notice
        message = self._written(about, person)
        try:
            return self._senders[notice.channel].send(address, message)
        except KeyError:
            raise dispatch.NotTaken("no_channel", for_good=True) from None
        except Refused as error:
            raise self._told(notice, "refused", error) from None
        except Unreachable as error:
            raise self._told(notice, "unreachable", error) from None

    def _written(self, about: Sequence[dispatch.About], person: Responder) -> Message:
        """Return the message; where not all of it can be written, the plain one.

        A language or a time zone that is not known here must not keep a call from anybody.
        """
        said = self._said(about, person)
        try:
            return texts.message(said)
        except Exception as error:
            told = {"notice_id": said.id, "kind": describe(error)}
            _log.error("notice_written_plainly", **told)
            return texts.message(texts.plain(said))

    def _said(self, about: Sequence[dispatch.About], person: Responder) -> texts.Notice:
        notice, alert = about[0].notice, about[0].alert
        told: dict[str, Any] = {"id": notice.id, "locale": person.locale}
        if alert is None:
            return texts.Notice(**told, what=notice.purpose, link=self._links.link(notice.id))
        if len(about) > 1:
            references = tuple(each.alert.reference for each in about if each.alert)
            inbox = f"{self._links.origin}/inbox"
            return texts.Notice(**told, what="digest", references=references, link=inbox)
        scored = alert.assessment
        return texts.Notice(
            **told,
            what=alert.kind.value,
            stage=_stage(notice, person),
            link=self._links.link(notice.id),
            reference=alert.reference,
            grounds=scored.grounds if scored else (),
            cues=scored.cues if scored else (),
            worsened=notice.purpose == "worsened",
            at=alert.raised_at,
            time_zone=person.time_zone,
        )

    def _told(self, notice: Notice, fault: str, error: Exception) -> dispatch.NotTaken:
        told = {"notice_id": notice.id, "channel": notice.channel.value, "reason": str(error)}
        _log.warning("notice_not_sent", **told)
        return dispatch.NotTaken(fault, for_good=fault == "refused")


def _stage(notice: Notice, person: Responder) -> str:
    if notice.purpose in FIRST:
        return "first"
    return "escalated" if person.role in MANAGERS else "reminder"
