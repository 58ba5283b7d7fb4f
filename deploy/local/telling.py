"""How the demonstration is told: a small aligned text, with colours only on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

SHADES = {"high": "1;31", "medium": "33", "standard": "36", "missing": "1;31", "dim": "2"}
FAULTS_SHOWN = 3
MILLISECONDS = 9


class Telling:
    """Writes a line at a time; `say` takes each line, `is_colourful` where it may be coloured."""

    def __init__(self, say: Callable[[str], None], *, is_colourful: bool) -> None:
        self._say, self._is_colourful = say, is_colourful

    def heading(self, title: str, *columns: str) -> None:
        """Begin a part, with the names of its columns of milliseconds."""
        self._say("")
        heads = "".join(f"{column:>{MILLISECONDS + 3}}" for column in columns)
        self._say(self._shade("1", f"{title:<14}{heads}".rstrip()))

    def step(
        self,
        reference: str,
        took_ms: Sequence[float | None],
        band: str,
        shows: str,
        detail: str = "",
    ) -> None:
        """Tell of one thing sent: when it was accepted, scored and in the inbox; and as what."""
        times = "".join(f"{_ms(each):>{MILLISECONDS + 3}}" for each in took_ms)
        tail = self._shade("dim", f" ({detail})") if detail else ""
        self._say(f"{reference:<14}{times}  {self._shade(band, f'{band:<9}')} {shows}{tail}")

    def refusal(self, shows: str, faults: Sequence[tuple[str, str]]) -> None:
        """Tell of one thing refused, with the first of its faults."""
        self._say(f"{'refused':<14}{len(faults):>{MILLISECONDS - 2}} faults at once: {shows}")
        for pointer, detail in faults[:FAULTS_SHOWN]:
            self._say(self._shade("dim", f"{'':<16}{pointer}: {detail}"))

    def line(self, about: str, text: str) -> None:
        """Tell of something in one line."""
        self._say(f"{about:<14}  {text}")

    def missing(self, text: str) -> None:
        """Tell of something that is not as it must be."""
        self._say(self._shade("missing", f"MISSING: {text}"))

    def _shade(self, shade: str, text: str) -> str:
        code = SHADES.get(shade, shade if shade.isdigit() else "")
        return f"\033[{code}m{text}\033[0m" if self._is_colourful and code else text


def _ms(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f} ms"
