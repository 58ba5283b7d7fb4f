"""The words that templates ask for, in one language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from services.chassis.web.problems import Problem
from services.portal.pages import fault_labels, problem_labels, rota_fault_labels
from services.portal.pages.forms import Fault, Field, Form, Kind, pattern
from services.portal.pages.languages import catalogue
from services.portal.pages.work_labels import CODES, WORDS

_MEMBER = re.compile(r"(\w+)\.(\d+)(?:\.|$)")


def words_in(language: str) -> dict[str, Callable[..., Any]]:
    """Return the functions that put codes and faults into words of this language."""
    say = catalogue(language).gettext

    def label(kind: str, code: str) -> str:
        """Return a code in words; a code that nobody has worded yet is shown as it is."""
        known = WORDS[kind].get(code)
        return say(known) if known else code.replace("_", " ")

    def code_text(code: str) -> str:
        """Return a code of a timeline in words, whatever kind it is of."""
        return say(CODES[code]) if code in CODES else code.replace("_", " ")

    def fault_text(form: Form, fault: Fault) -> str:
        """Return what is wrong with a field and what to do."""
        field = form.fields.get(pattern(fault.name))
        return say(_remedy(field, fault) if field else fault_labels.FOREIGN)

    def fault_title(form: Form, fault: Fault) -> str:
        """Return the same with the name of the field, for the summary above the form."""
        field = form.fields.get(pattern(fault.name))
        named = [*_members(say, fault.name), say(field.label) if field else fault.name]
        return f"{': '.join(named)}: {fault_text(form, fault)}"

    def problem_text(problem: Problem) -> str:
        """Return why something was not done and what to do instead."""
        return say(problem_labels.PROBLEMS.get(problem.slug, problem_labels.OTHERWISE))

    def rota_fault_text(fault: Mapping[str, Any]) -> str:
        """Return why a rota or a calendar was refused."""
        return _of_rota(say, fault["code"], fault.get("params", {}))

    return {
        "label": label,
        "code_text": code_text,
        "fault_text": fault_text,
        "fault_title": fault_title,
        "problem_text": problem_text,
        "rota_fault_text": rota_fault_text,
    }


def _of_rota(say: Callable[[str], str], code: str, params: Mapping[str, Any]) -> str:
    what = rota_fault_labels.OF_EVENT.get(code)
    if what is None:
        return say(rota_fault_labels.WHOLE.get(code, rota_fault_labels.OTHERWISE)) % params
    return say(rota_fault_labels.EVENT) % {**params, "what": say(what) % params}


def _remedy(field: Field, fault: Fault) -> str:
    if fault.code in fault_labels.MISSING:
        is_chosen = field.kind in {Kind.CHOICE, Kind.YES_NO, Kind.MANY, Kind.FILE}
        own = field.remedy or fault_labels.BY_KIND[field.kind] if is_chosen else ""
        return own or fault_labels.FILL_IN
    return field.remedy or fault_labels.BY_KIND.get(field.kind, fault_labels.OTHERWISE)


def _members(say: Callable[[str], str], name: str) -> list[str]:
    """Return the groups that a field stands in, with their numbers: `Child 2`."""
    return [
        say(fault_labels.GROUPS[group]) % {"number": int(number) + 1}
        for group, number in _MEMBER.findall(name)
        if group in fault_labels.GROUPS
    ]
