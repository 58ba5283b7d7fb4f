"""Every code that a page shows, in words (to be translated).

The topics of the risk items are this product's own short labels. The official wording of the
checklists is their authors' copyright and is not part of this software.
"""

from __future__ import annotations

from services.portal.pages.areas import AREAS
from services.portal.pages.languages import noted as _n

LANGUAGE = {"en": _n("English"), "ro": _n("Romanian"), "it": _n("Italian"), "hu": _n("Hungarian")}

ROLE = {
    "agency_worker": _n("Partner agency"),
    "agency_admin": _n("Partner agency, administrator"),
    "practitioner": _n("Practitioner"),
    "manager": _n("Team manager"),
    "duty_manager": _n("Duty manager"),
    "ops": _n("Operations"),
    "researcher": _n("Research partner"),
    "admin": _n("Administrator"),
}

REFERRAL_STATUS = {
    "submitted": _n("Received"),
    "received": _n("Received"),
    "information_requested": _n("Information asked for"),
    "accepted": _n("Accepted"),
    "declined": _n("Declined"),
    "withdrawn": _n("Withdrawn"),
    "engaged": _n("Working together"),
    "closed": _n("Closed"),
    "reopened": _n("Reopened"),
}

CASE_STATE = {
    "referred": _n("Referred"),
    "open": _n("Open"),
    "engaged": _n("Working together"),
    "closed": _n("Case closed"),
}

INSTRUMENT = {
    "DASH-24": _n("DASH, 24 items"),
    "DASH-27": _n("DASH 2009, 27 items"),
    "YP": _n("Young people's checklist (13 to 17)"),
    "S-DASH": _n("S-DASH, stalking"),
    "DARA": _n("DARA, police grade"),
}

BAND = {"standard": _n("Standard"), "medium": _n("Medium"), "high": _n("High")}

ANSWER = {
    "yes": _n("Yes"),
    "no": _n("No"),
    "dont_know": _n("Don't know"),
    "not_stated": _n("Not stated"),
    "unknown": _n("Not known"),
}

GROUND = {
    "visible_high_risk": _n("The yes answers reach the threshold for high risk"),
    "professional_judgement": _n("A practitioner's serious concern"),
    "potential_escalation": _n("Violence may be escalating: three or more incidents, or rising"),
    "repeat": _n("Another incident within 12 months of the last MARAC"),
}

CUE = {
    "strangulation": _n("Strangulation or suffocation"),
    "stalking": _n("Stalking"),
    "threat_kill": _n("Threats to kill"),
    "own_perception": _n("Her own fear"),
    "escalation": _n("Happening more often or getting worse"),
    "honour_based": _n("Threat from others, which may be so-called honour-based"),
    "separation_control_violence": _n("Separation, control and violence together"),
}

ITEM = {
    "injury": _n("Injury this time"),
    "frightened": _n("She is very frightened"),
    "fear_of": _n("What she is afraid of: further violence"),
    "isolation": _n("Cut off from family, friends or services"),
    "mental_state": _n("Depressed or having thoughts of suicide"),
    "separation": _n("Separated, or tried to, in the past year"),
    "child_contact": _n("Conflict over child contact"),
    "stalking": _n("Constant contact, following or stalking"),
    "pregnancy": _n("Pregnant, or a baby in the last 18 months"),
    "stepchildren": _n("Stepchildren or other dependants at home"),
    "hurt_children": _n("Has hurt the children or dependants"),
    "threatened_children": _n("Has threatened the children or dependants"),
    "frequency": _n("Happening more often"),
    "severity": _n("Getting worse"),
    "control": _n("Controlling, or extremely jealous"),
    "weapons": _n("Weapons, or objects used to hurt her"),
    "threat_kill": _n("Threats to kill that she or another believed"),
    "strangulation": _n("Strangled, choked, suffocated or drowned"),
    "sexual": _n("Sexual abuse or degradation"),
    "other_threat": _n("Another person threatens her"),
    "hurt_others": _n("Has hurt someone else, children included"),
    "animals": _n("Has mistreated an animal or pet"),
    "financial": _n("Money problems, or depends on the abuser for money"),
    "perp_vulnerabilities": _n("The abuser's drugs, alcohol or mental health, past year"),
    "perp_suicide": _n("The abuser has threatened or attempted suicide"),
    "breach": _n("Broke bail, an injunction or a contact agreement"),
    "criminal": _n("The abuser has been in trouble with the police"),
}

CHANNEL = {
    "telephone": _n("Telephone"),
    "sms": _n("Text message"),
    "email": _n("E-mail"),
    "post": _n("Post"),
    "in_person": _n("In person"),
    "through_referrer": _n("Through the referrer"),
    "inbox": _n("This inbox"),
    "chat": _n("Chat"),
    "webhook": _n("Another system"),
    "push": _n("Notice on a device"),
}

CONTACT_YES = {
    "telephone": _n("Telephone her"),
    "sms": _n("Send her a text message"),
    "email": _n("Write her an e-mail"),
    "post": _n("Write to her by post"),
    "in_person": _n("Speak to her in person"),
    "through_referrer": _n("Reach her through the referrer"),
}

CONTACT_NO = {
    "telephone": _n("Do not telephone her"),
    "sms": _n("Do not send her text messages"),
    "email": _n("Do not e-mail her"),
    "post": _n("Do not write to her by post"),
    "in_person": _n("Do not visit her"),
    "through_referrer": _n("Do not use the referrer to reach her"),
}

DAY = {
    "mon": _n("Monday"),
    "tue": _n("Tuesday"),
    "wed": _n("Wednesday"),
    "thu": _n("Thursday"),
    "fri": _n("Friday"),
    "sat": _n("Saturday"),
    "sun": _n("Sunday"),
}

CHILD_STATUS = {
    "with_mother": _n("With her"),
    "kinship": _n("With relatives"),
    "in_care": _n("In care"),
    "adopted": _n("Adopted"),
    "returned": _n("Returned to her"),
    "proceedings_open": _n("Care proceedings are open"),
}

RELATIONSHIP = {
    "partner": _n("Partner"),
    "ex_partner": _n("Former partner"),
    "family_member": _n("Family member"),
    "other": _n("Other"),
}

NEED = {
    "housing": _n("Housing"),
    "mental_health": _n("Mental health"),
    "substance_use": _n("Drugs or alcohol"),
    "legal": _n("Legal advice"),
    "immigration": _n("Immigration"),
    "finance": _n("Money"),
    "parenting": _n("Parenting"),
    "health": _n("Health"),
    "children": _n("The children"),
}

DIVERSITY = {
    "disability": _n("Disabled"),
    "lgbt": _n("Lesbian, gay, bisexual or trans"),
    "black_or_minoritised": _n("Black or from a minoritised ethnic group"),
    "pregnant": _n("Pregnant"),
}

CONSENT = {
    "given": _n("She has agreed"),
    "refused": _n("She has refused"),
    "withdrawn": _n("She has withdrawn her agreement"),
    "not_sought": _n("She was not asked"),
}

LAWFUL_BASIS = {
    "consent": _n("Her consent"),
    "vital_interests": _n("To protect a life"),
    "public_task": _n("A public task"),
    "safeguarding": _n("Safeguarding"),
    "legal_obligation": _n("A legal duty"),
}

WORDS: dict[str, dict[str, str]] = {
    "answer": ANSWER,
    "area": {code: area.name for code, area in AREAS.items()},
    "band": BAND,
    "case_state": CASE_STATE,
    "channel": CHANNEL,
    "child_status": CHILD_STATUS,
    "consent": CONSENT,
    "contact_no": CONTACT_NO,
    "contact_yes": CONTACT_YES,
    "cue": CUE,
    "day": DAY,
    "diversity": DIVERSITY,
    "ground": GROUND,
    "instrument": INSTRUMENT,
    "item": ITEM,
    "language": LANGUAGE,
    "lawful_basis": LAWFUL_BASIS,
    "need": NEED,
    "referral_status": REFERRAL_STATUS,
    "relationship": RELATIONSHIP,
    "role": ROLE,
}
