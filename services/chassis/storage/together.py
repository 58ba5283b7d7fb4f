"""What many green threads ask at the same moment goes to the database in one round trip.

Nobody waits for others to come: who finds the line free goes when those who are ready to run this
instant have run, with those of them who ask the same. Those who come while a round trip is under
way go together in the next one. So a quiet process is as fast as it can be, and a busy one needs
few round trips.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from time import sleep
from typing import Generic, TypeVar

from pymongo.errors import AutoReconnect

MOST = 100
Asked = TypeVar("Asked")
Told = TypeVar("Told")


@dataclass(slots=True, eq=False)
class _Ticket(Generic[Asked, Told]):
    asked: Asked
    told: Told | BaseException | None = None
    is_answered: bool = False


class Together(Generic[Asked, Told]):
    """Asks for all who wait; `ask` answers in their order, each with its answer or its error."""

    def __init__(self, ask: Callable[[Sequence[Asked]], Sequence[Told | Exception]]) -> None:
        self._ask = ask
        self._waiting: dict[int, _Ticket[Asked, Told]] = {}
        self._line = threading.Lock()

    def __call__(self, asked: Asked) -> Told:
        """Return the answer to one question.

        Raises:
            Exception: what was answered to this question, or befell the round trip.

        """
        ticket: _Ticket[Asked, Told] = _Ticket(asked)
        self._waiting[id(ticket)] = ticket
        while not ticket.is_answered:
            with self._line:
                if not ticket.is_answered:
                    sleep(0)  # lets whoever is ready run
                    self._go(self._next())
        if isinstance(ticket.told, BaseException):
            raise ticket.told
        return ticket.told  # type: ignore[return-value]  # answered, and with no error

    def _next(self) -> list[_Ticket[Asked, Told]]:
        """Take those who have waited longest."""
        found = list(islice(self._waiting, MOST))
        return [self._waiting.pop(each) for each in found]

    def _go(self, tickets: Sequence[_Ticket[Asked, Told]]) -> None:
        try:
            answers: Sequence[Told | BaseException] = self._ask([each.asked for each in tickets])
        except Exception as error:
            answers = [error] * len(tickets)
        except BaseException:  # this thread is being ended: the others must not wait for it
            _answer(tickets, [AutoReconnect("the round trip was broken off")] * len(tickets))
            raise
        _answer(tickets, answers)


def _answer(
    tickets: Sequence[_Ticket[Asked, Told]], answers: Sequence[Told | BaseException]
) -> None:
    for ticket, answer in zip(tickets, answers, strict=True):
        ticket.told, ticket.is_answered = answer, True
