"""The words of notices in English, which are also the keys of the catalogues in `locales`.

To bring the catalogues up to date after a change:

    pybabel extract -F services/notifications/channels/locales/babel.cfg -k noted --no-location \
        -o var/notices.pot .
    pybabel update -i var/notices.pot -d services/notifications/channels/locales \
        --no-fuzzy-matching --omit-header
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LANGUAGES = ("en", "ro", "it", "hu")
LOCALES = Path(__file__).parent / "locales"


@cache
def catalogue(language: str) -> Translations:
    """Return the translations of one language, compiled from its catalogue at first use."""
    compiled = BytesIO()
    with (LOCALES / language / "LC_MESSAGES" / "messages.po").open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def noted(text: str) -> str:
    """Return the text as it is; the name marks it for translation where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Wording:
    """What one notice says: its subject, its first sentences, and what to do, long and short."""

    subject: str
    lead: str
    ask: str
    ask_shortly: str


TAKE_ON = (
    noted("Open the link to see why, and to take it on:"),
    noted("Open it and take it on:"),
)
SEE = (noted("Open the link to see more:"), noted("Open it:"))

WORDINGS: dict[tuple[str, str | None], Wording] = {
    ("high_risk", "first"): Wording(
        noted("High risk: %(reference)s needs you now"),
        noted("A case has been assessed as high risk. Somebody has to act now."),
        *TAKE_ON,
    ),
    ("high_risk", "reminder"): Wording(
        noted("High risk: %(reference)s still waits for an answer"),
        noted("This alert of high risk is still open, and waits for somebody to act."),
        *TAKE_ON,
    ),
    ("high_risk", "escalated"): Wording(
        noted("High risk: %(reference)s now comes to you too"),
        noted("This alert of high risk is still open, so you are told of it now as well."),
        *TAKE_ON,
    ),
    ("engagement", "first"): Wording(
        noted("Missed sessions: %(reference)s asks you to reach out"),
        noted("Several sessions in a row did not take place. Find out how she can be reached."),
        *TAKE_ON,
    ),
    ("engagement", "reminder"): Wording(
        noted("Missed sessions: %(reference)s still waits for an answer"),
        noted("Several sessions in a row did not take place, and nobody has taken this on yet."),
        *TAKE_ON,
    ),
    ("engagement", "escalated"): Wording(
        noted("Missed sessions: %(reference)s now comes to you too"),
        noted("Several sessions in a row did not take place, so you are told of it now as well."),
        *TAKE_ON,
    ),
    ("referral_waiting", "first"): Wording(
        noted("Referral waiting: %(reference)s asks for somebody"),
        noted(
            "A referral waits, and nobody has it yet. Decide on it, or give its case to somebody."
        ),
        *TAKE_ON,
    ),
    ("referral_waiting", "reminder"): Wording(
        noted("Referral waiting: %(reference)s still waits for an answer"),
        noted("A referral still waits, and nobody has taken this on yet."),
        *TAKE_ON,
    ),
    ("referral_waiting", "escalated"): Wording(
        noted("Referral waiting: %(reference)s now comes to you too"),
        noted("A referral still waits, so you are told of it now as well."),
        *TAKE_ON,
    ),
    ("review_overdue", "first"): Wording(
        noted("Review overdue: %(reference)s asks you to assess anew"),
        noted("The date of a review has passed. Look at the case again, and assess it anew."),
        *TAKE_ON,
    ),
    ("review_overdue", "reminder"): Wording(
        noted("Review overdue: %(reference)s still waits for an answer"),
        noted("The date of a review has passed, and nobody has taken this on yet."),
        *TAKE_ON,
    ),
    ("review_overdue", "escalated"): Wording(
        noted("Review overdue: %(reference)s now comes to you too"),
        noted("The date of a review has passed, so you are told of it now as well."),
        *TAKE_ON,
    ),
    ("digest", None): Wording(
        noted("Alerts that wait for you: %(count)s"),
        noted("These alerts are open and wait for you."),
        *SEE,
    ),
    ("test", None): Wording(
        noted("Test: this is where alerts reach you"),
        noted("This is a test of how you are told of alerts. There is nothing to do."),
        *SEE,
    ),
}

WORSE = noted("It is worse than when it was last assessed.")
WORSE_SHORTLY = noted("Worse than before.")
WHY = noted("Why: %(reasons)s")
NAMED = noted("Named in the answers: %(cues)s")
RAISED = noted("Raised: %(time)s")
DISCREET = noted("This message names nobody, on purpose. Please do not answer it or pass it on.")

GROUND = {
    "visible_high_risk": noted("The yes answers reach the threshold for high risk"),
    "professional_judgement": noted("A practitioner's serious concern"),
    "potential_escalation": noted("Violence may be escalating: three or more incidents, or rising"),
    "repeat": noted("Another incident within 12 months of the last MARAC"),
}
CUE = {
    "strangulation": noted("Strangulation or suffocation"),
    "stalking": noted("Stalking"),
    "threat_kill": noted("Threats to kill"),
    "own_perception": noted("Her own fear"),
    "escalation": noted("Happening more often or getting worse"),
    "honour_based": noted("Threat from others, which may be so-called honour-based"),
    "separation_control_violence": noted("Separation, control and violence together"),
}
