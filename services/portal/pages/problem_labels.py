"""What to say when a service refuses something, by the slug of its problem (to be translated)."""

from __future__ import annotations

from services.portal.pages.languages import noted as _n

_KEPT = _n(
    "This cannot be reached just now. What you typed is still on this page: wait a moment and send "
    "it again. Sending twice does no harm."
)
_RECORDED = _n("There is a session of yours at this time on the file already.")

PROBLEMS: dict[str, str] = {
    "unavailable": _KEPT,
    "too-many-requests": _n("That was too often. Wait a moment and send it again."),
    "area-not-served": _n(
        "No team works in this area, so nobody would be told. Choose another area."
    ),
    "already-sent-with-other-content": _n(
        "A referral with this reference was sent before with other content, and it stands. If this "
        "is another referral, give it another reference of your own."
    ),
    "key-reused": _n(
        "This was sent before with other content, and that stands. Open the page anew."
    ),
    "reference-just-taken": _n("Nothing was stored. Please send it again."),
    "decision-not-possible": _n("This cannot be decided as the referral stands now."),
    "not-for-agencies": _n("This is for the outreach team to decide."),
    "alert-already-acknowledged": _n("A colleague has taken this alert on already."),
    "alert-already-resolved": _n("This alert has ended. A new assessment raises a new one."),
    "alert-not-acknowledged": _n("Acknowledge the alert first."),
    "alert-without-action": _n("Record what was done before you end the alert with this outcome."),
    "action-needs-note": _n("Say in a few words what was done."),
    "alert-not-yours": _n("You do not have this alert. Who has it can hand it over."),
    "nobody-there": _n("Nobody by this name can take alerts of this area on. Choose a colleague."),
    "tested-just-now": _n(
        "A test was sent to you just now. Look for that message before you send another."
    ),
    "link-over": _n("This link is over. Open the latest message."),
    "unreachable": _n("Keep at least one way to reach you."),
    "area-not-yours": _n("This is not one of your areas."),
    "rota-saved-meanwhile": _n(
        "Somebody else has saved this rota meanwhile. Look at it as it is now and decide again."
    ),
    "override-unknown": _n("This has been taken back already."),
    "policy-changed": _n("Somebody else has saved this meanwhile. Open it anew and decide again."),
    "case-already-closed": _n("This case is closed, so nothing more can be recorded on it."),
    "case-already-allocated": _n(
        "A colleague has this case already. Ask a manager to give it to you."
    ),
    "allocation-not-hers": _n(
        "You may take a case yourself. Ask a manager to give it to a colleague."
    ),
    "closure-not-hers": _n("Only the practitioner who has the case, or a manager, may close it."),
    "session-already-recorded": _RECORDED,
    "session-not-on-file": _n("This session is not on the file any more. Open the case again."),
    "item-not-of-instrument": _n("One of the answers is not part of this checklist."),
    "grade-not-taken": _n("This checklist takes no grade."),
    "nothing-to-assess": _n("Say what has changed, or what you judge, before you assess."),
    "contended": _n("Somebody changed this at the same moment. Please send it again."),
}
OTHERWISE = _n("Nothing was changed. Check what you sent and try again.")
