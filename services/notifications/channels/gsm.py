"""Texts in the alphabet of SMS (GSM 03.38), of which 160 characters fit one message.

One letter outside of it, and the whole message is sent as UCS-2, of which only 70 fit. So letters
of Romanian and Hungarian that are not in it lose their marks in an SMS, and nowhere else.
"""

from __future__ import annotations

import unicodedata

ONE_SMS = 160
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€")
"""Each of these takes the place of two."""
SIGNS = str.maketrans(
    dict.fromkeys("\u2013\u2014", "-")  # dashes
    | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"')
    | dict.fromkeys("\u2018\u2019", "'")
    | {"\u2026": "...", "\u00a0": " "}
)


def spelled(text: str) -> str:
    """Return a text in the alphabet of SMS; what cannot be spelled in it becomes a `?`."""
    return "".join(map(_spelled, text.translate(SIGNS)))


def length(text: str) -> int:
    """Return how many of the 160 places a spelled text takes."""
    return len(text) + sum(character in EXTENDED for character in text)


def _spelled(character: str) -> str:
    if character in BASIC or character in EXTENDED:
        return character
    plain = unicodedata.normalize("NFKD", character)[0]
    return plain if plain in BASIC else "?"
