"""The codes of the work itself in words (to be translated): alerts, sessions, outcomes."""

from __future__ import annotations

from services.portal.pages.calling_labels import WORDS as _CALLING_WORDS
from services.portal.pages.labels import WORDS as _CASE_WORDS
from services.portal.pages.languages import noted as _n

ALERT_KIND = {
    "high_risk": _n("High risk"),
    "engagement": _n("Missed sessions"),
    "referral_waiting": _n("Referral waiting"),
    "review_overdue": _n("Review overdue"),
}

ALERT_STATE = {
    "raised": _n("Nobody has answered yet"),
    "delivered": _n("Delivered, not acknowledged"),
    "acknowledged": _n("Acknowledged, no action yet"),
    "actioned": _n("Action recorded"),
    "resolved": _n("Ended"),
}

ALERT_EVENT = {
    "raised": _n("Raised"),
    "reassessed": _n("Assessed again"),
    "delivered": _n("Shown"),
    "delivery_failed": _n("Could not be delivered"),
    "acknowledged": _n("Acknowledged"),
    "escalated": _n("Escalated"),
    "actioned": _n("Action recorded"),
    "resolved": _n("Ended"),
    "step_restored": _n("Next step restored by the watchdog"),
}

TOLD = {
    "practitioner": _n("practitioners of the area"),
    "manager": _n("managers"),
    "duty_manager": _n("duty managers"),
}

ACTION = {
    "contacted": _n("I have been in contact with her"),
    "safety_plan": _n("Safety plan made or reviewed"),
    "marac_referral": _n("Referred to MARAC"),
    "police": _n("Police told"),
    "other": _n("Something else"),
}

ACTION_DONE = {
    "contacted": _n("In contact with her"),
    "safety_plan": _n("Safety plan made or reviewed"),
    "marac_referral": _n("Referred to MARAC"),
    "police": _n("Police told"),
    "other": _n("Something else was done"),
}

ALERT_OUTCOME = {
    "made_safer": _n("Steps taken to protect her"),
    "marac": _n("Taken to MARAC"),
    "police_action": _n("Police are acting"),
    "no_longer_needed": _n("No longer needed"),
    "opened_in_error": _n("Opened in error"),
}

ATTENDANCE = {
    "attended": _n("She came"),
    "late": _n("She came late"),
    "dna": _n("We did not meet"),
    "cancelled_client": _n("She cancelled"),
    "cancelled_service": _n("We cancelled"),
    "unsafe_to_attend": _n("It was not safe for her to come"),
}

PLACE = {
    "her_home": _n("At her home"),
    "our_premises": _n("At our place"),
    "partner_premises": _n("At a partner's place"),
    "community": _n("In the community"),
    "outdoors": _n("Outdoors"),
    "court": _n("At court"),
    "hospital": _n("At hospital"),
    "telephone": _n("By telephone"),
    "video": _n("By video"),
    "other": _n("Elsewhere"),
}

MISSED_REASON = {
    "rescheduled": _n("Moved to another time"),
    "illness": _n("Illness"),
    "children": _n("The children"),
    "court_or_appointment": _n("Court or another appointment"),
    "work": _n("Work"),
    "transport": _n("Transport"),
    "no_reply": _n("No reply"),
    "contact_not_possible": _n("Contact was not possible"),
    "perpetrator_present": _n("The abuser was there"),
    "practitioner_away": _n("The practitioner was away"),
    "emergency": _n("An emergency"),
    "other": _n("Another reason"),
    "not_known": _n("Not known"),
}

INTEREST = {
    "art_and_craft": _n("Art and craft"),
    "music": _n("Music"),
    "cooking": _n("Cooking"),
    "sport_and_movement": _n("Sport and movement"),
    "walking_and_nature": _n("Walking and nature"),
    "gardening": _n("Gardening"),
    "reading_and_writing": _n("Reading and writing"),
    "photography_and_film": _n("Photography and film"),
    "self_care": _n("Looking after herself"),
    "faith_and_community": _n("Faith and community"),
    "learning": _n("Learning"),
    "work_and_volunteering": _n("Work and volunteering"),
    "play_with_children": _n("Playing with her children"),
    "other": _n("Something else"),
}

AIM_RESULT = {
    "achieved": _n("Achieved"),
    "partly": _n("Partly"),
    "not": _n("Not yet"),
    "unknown": _n("Not known"),
}

APPROACH = {
    "integrative_psychotherapy": _n("Integrative psychotherapy"),
    "cbt_rebt": _n("Cognitive behavioural or rational emotive therapy"),
    "vig": _n("Video interaction guidance"),
    "dash": _n("Risk assessment (DASH)"),
    "addiction_psychotherapy": _n("Addiction psychotherapy"),
    "motivational_interviewing": _n("Motivational interviewing"),
    "solution_focused": _n("Solution-focused therapy"),
    "systemic_family": _n("Systemic family therapy"),
    "group_work": _n("Group work"),
}

CASE_OUTCOME = {
    "violence_ended": _n("The violence has ended"),
    "stability_increased": _n("Her life is more stable"),
    "no_further_removal": _n("No further child was removed"),
    "child_returned": _n("A child has returned to her"),
}

DECISION = {
    "accept": _n("Accept"),
    "decline": _n("Decline"),
    "request_information": _n("Ask for information"),
    "answer_information": _n("Information received"),
    "withdraw": _n("Withdraw"),
    "close": _n("Close"),
    "reopen": _n("Reopen"),
}

REASON = {
    "out_of_area": _n("She lives outside the area"),
    "not_eligible": _n("The service is not meant for this situation"),
    "no_capacity": _n("There is no free place just now"),
    "duplicate": _n("There is a referral for this already"),
    "declined_by_client": _n("She does not want it"),
    "referred_elsewhere": _n("Referred to another service"),
    "identity_unclear": _n("It is not clear who she is"),
    "safe_contact_missing": _n("How to reach her without danger is missing"),
    "risk_answers_missing": _n("Answers of the checklist are missing"),
    "consent_or_basis_unclear": _n("Consent or the basis for sharing is not clear"),
    "children_unclear": _n("It is not clear where the children are"),
    "opened_in_error": _n("Sent in error"),
    "no_longer_needed": _n("No longer needed"),
    "moved_away": _n("She has moved away"),
    "completed": _n("The work is completed"),
    "ended_by_client": _n("She has ended it"),
    "transferred": _n("Handed over to another service"),
    "new_incident": _n("There was a new incident"),
    "asked_by_client": _n("She has asked for it"),
    "closed_in_error": _n("Closed in error"),
    "other": _n("Another reason"),
}

TIMELINE = {
    "referral_submitted": _n("Referred"),
    "referral_status_changed": _n("Referral"),
    "risk_assessed": _n("Risk assessed"),
    "session_recorded": _n("Session"),
    "session_corrected": _n("Session corrected"),
    "case_allocated": _n("Case given to"),
    "case_reopened": _n("Case reopened"),
    "case_closed": _n("Case closed"),
    "engagement_lapsed": _n("Sessions missed: reach out to her"),
    "alert_raised": _n("Alert raised"),
    "alert_reassessed": _n("Alert assessed again"),
    "alert_escalated": _n("Alert escalated"),
    "alert_delivered": _n("Alert delivered"),
    "alert_acknowledged": _n("Alert acknowledged"),
    "alert_actioned": _n("Action on the alert"),
    "alert_resolved": _n("Alert ended"),
    "alert_delivery_failed": _n("Alert could not be delivered"),
}

ESCALATION = {
    "not_acknowledged": _n("nobody had acknowledged"),
    "acknowledgement_expired": _n("the acknowledgement ran out"),
    "delivery_failed": _n("it could not be delivered"),
    "not_resolved": _n("it was not ended"),
    "case_allocated": _n("the case was given to somebody"),
    "handed_over": _n("it was handed over"),
    "worsened": _n("worse than before"),
    "level_0": _n("to the practitioners"),
    "level_1": _n("to the same people again"),
    "level_2": _n("to the manager"),
    "level_3": _n("to the duty manager"),
}

BASIS = {
    "score": _n("the yes answers"),
    "grade": _n("the grade given"),
    "ungraded": _n("a precaution: nobody has graded the checklist yet"),
    "grounds": _n("the grounds"),
    "judgement": _n("a practitioner's judgement"),
}

PROMPT = {
    "s_dash": _n("Ask the questions on stalking (S-DASH)"),
    "honour_based": _n("Ask the questions on so-called honour-based abuse"),
}

WORDS: dict[str, dict[str, str]] = {
    **_CASE_WORDS,
    **_CALLING_WORDS,
    "action": ACTION,
    "action_done": ACTION_DONE,
    "aim_result": AIM_RESULT,
    "alert_event": ALERT_EVENT,
    "alert_kind": ALERT_KIND,
    "alert_outcome": ALERT_OUTCOME,
    "alert_state": ALERT_STATE,
    "approach": APPROACH,
    "attendance": ATTENDANCE,
    "basis": BASIS,
    "case_outcome": CASE_OUTCOME,
    "decision": DECISION,
    "escalation": ESCALATION,
    "interest": INTEREST,
    "missed_reason": MISSED_REASON,
    "place": PLACE,
    "prompt": PROMPT,
    "reason": REASON,
    "timeline": TIMELINE,
    "told": TOLD,
}

_CODED = (
    "escalation",
    "band",
    "ground",
    "referral_status",
    "attendance",
    "approach",
    "action_done",
)
CODES: dict[str, str] = {
    code: word
    for kind in ("reason", "alert_outcome", "case_outcome", "channel", "alert_kind", *_CODED[::-1])
    for code, word in WORDS[kind].items()
}
"""What the codes of a timeline mean, whatever they tell of; the kinds named later win."""
