"""The report as JUnit XML, which CI servers show beside the tests.

A suite has a case for each egress, and one for each other violation; what does not block is skipped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from . import clean, labels
from .places import Places
from .problems import problems

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .diagnosis import Diagnosis
    from .model import EgressChange, Report
    from .places import Place
    from .problems import Problem
    from .stacks import Stacks

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0, "Characters"."""


def render(report: Report) -> str:
    """An XML document with a newline at its end."""
    root = Element("testsuites", name="mailroute")
    _add(root, report)
    return _printed(root)


def render_all(stacks: Stacks) -> str:
    """The same with the suites of every stack; one that is not judged has one with an error."""
    root = Element("testsuites", name="mailroute")
    for each in stacks.stacks:
        if each.report is not None:
            _add(root, each.report)
            continue
        suite = SubElement(root, "testsuite", name=f"stack {labels.text(each.name)}")
        case = SubElement(suite, "testcase", classname="stack", name="is not judged")
        SubElement(case, "error", message=_text(each.problem))
    return _printed(root)


def render_diagnosis(diagnosis: Diagnosis) -> str:
    """The same of a diagnosis: one suite with one case."""
    root = Element("testsuites", name="mailroute")
    suite = SubElement(root, "testsuite", name=f"egress of {labels.text(diagnosis.account)}")
    found = diagnosis.found
    _egress(suite, found, diagnosis.problems, diagnosis.place(found.after.urn))
    return _printed(root)


def _printed(root: Element) -> str:
    for suite in root:
        for count, tag in (
            ("tests", "testcase"),
            ("failures", "failure"),
            ("skipped", "skipped"),
            ("errors", "error"),
        ):
            suite.set(count, str(len(list(suite.iter(tag)))))
    indent(root)
    return clean.printable(tostring(root, encoding="unicode") + "\n")


def _add(root: Element, report: Report) -> None:
    found = problems(report)
    places = Places(report)
    stack = labels.text(report.rehearsal.stack)
    egress = SubElement(root, "testsuite", name=f"egress of {stack}")
    for change in report.egress:
        about = [problem for problem in found if problem.named == change.named]
        _egress(egress, change, about, places.of(change.after.urn))
    for unjudged in report.unjudged:
        case = _case(egress, unjudged.service, "is not judged", places.of(unjudged.urn))
        SubElement(case, "skipped", message=_text(unjudged.reason))
    policies = SubElement(root, "testsuite", name=f"policies of {stack}")
    shown = {change.named for change in report.egress}
    for problem in found:
        if problem.named not in shown:
            place = places.of(problem.urn)
            name = labels.resource_name(problem.urn) or stack
            case = _case(policies, problem.id, name, place)
            _says(case, problem, place)
    if not len(policies):
        _case(policies, "policies", "nothing else is violated", places.of(""))


def _egress(suite: Element, change: EgressChange, about: Sequence[Problem], place: Place | None) -> None:
    after = change.after
    case = _case(suite, after.service, f"to {after.destination}", place)
    for problem in sorted(about, key=lambda problem: not problem.blocks)[:1]:
        _says(case, problem, place)


def _case(suite: Element, group: str, name: str, place: Place | None) -> Element:
    case = SubElement(suite, "testcase", classname=_text(group), name=_text(name))
    if place:
        case.set("file", _text(place.file))
    return case


def _says(case: Element, problem: Problem, place: Place | None) -> None:
    where = f"{place.file}:{place.line}\n" if place else ""
    text = _NOT_IN_XML.sub("\ufffd", labels.lines(f"{where}{problem.text}"))
    title = _text(problem.message.partition("\n")[0])
    if problem.blocks:
        SubElement(case, "failure", type=_text(problem.id), message=title).text = text
    else:
        SubElement(case, "skipped", message=_text(f"{problem.why or 'advisory'}: {title}")).text = text


def _text(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", labels.text(text))
