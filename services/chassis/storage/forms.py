"""The form of a stored document, and how one of an older form is lifted when it is read.

A document without a `form` is of form 1. Each step from one form to the next is one pure function,
and they are applied one after another; what is stored keeps its form until it is saved again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.chassis.storage.mongo import Document
from services.chassis.storage.refusals import NewerForm

FORM, FIRST = "form", 1
Lift = Callable[[Mapping[str, Any]], Mapping[str, Any]]
Lifts = Mapping[int, Lift]
"""From a form to the function that gives a document of the next."""


def lifted(document: Mapping[str, Any], lifts: Lifts, to: int) -> Mapping[str, Any]:
    """Return a stored document in the form `to`.

    Raises:
        NewerForm: it is of a later form than that.

    """
    form = document.get(FORM, FIRST)
    if form > to:
        raise NewerForm("this was saved by a newer release: ask again in a moment")
    for step in range(form, to):
        document = lifts[step](document)
    return document


def marked(state: Document, form: int) -> Document:
    """Return a state with the form that it is in; the first has no mark."""
    return state if form == FIRST else {**state, FORM: form}
