"""Verdicts as JUnit XML, as CI services read it.

Source: the schema of Jenkins' xUnit plugin, junit-10.xsd, and what GitLab and Azure Pipelines document.
"""

import re
from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from rulefold.diagnostics import Diagnostic, render_text
from rulefold.ruletests.running import Verdict

# What XML 1.0 has no place for, even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_junit(files: Iterable[tuple[str, Sequence[Diagnostic], Sequence[Verdict]]]) -> bytes:
    """A document with a suite for each file: its name, what is wrong with it as a whole, and the verdicts of its cases.

    What could not be run is an error, what found other rows a failure.
    """
    root = Element("testsuites")
    for name, faults, verdicts in files:
        _suite(root, name, faults, verdicts)
    indent(root)
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _suite(root: Element, name: str, faults: Sequence[Diagnostic], verdicts: Sequence[Verdict]) -> None:
    errors = bool(faults) + sum(bool(verdict.faults) for verdict in verdicts)
    failures = sum(bool(verdict.difference) for verdict in verdicts)
    suite = SubElement(root, "testsuite", name=_clean(name), tests=str(len(verdicts) + bool(faults)))
    suite.set("failures", str(failures))
    suite.set("errors", str(errors))
    suite.set("time", f"{sum(verdict.seconds for verdict in verdicts):.3f}")
    if faults:
        _because(_case(suite, name, "the file", 0.0), "error", faults)
    for verdict in verdicts:
        case = _case(suite, name, verdict.case.name, verdict.seconds)
        if verdict.faults:
            _because(case, "error", verdict.faults)
        elif verdict.difference:
            _explained(case, "failure", [line.text for line in verdict.difference])


def _case(suite: Element, file: str, name: str, seconds: float) -> Element:
    return SubElement(suite, "testcase", classname=_clean(file), name=_clean(name), time=f"{seconds:.3f}")


def _because(case: Element, kind: str, faults: Iterable[Diagnostic]) -> None:
    _explained(case, kind, [render_text(fault) for fault in faults])


def _explained(case: Element, kind: str, lines: Sequence[str]) -> None:
    found = SubElement(case, kind, message=_clean(lines[0].splitlines()[0]))
    found.text = _clean("\n".join(lines))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
